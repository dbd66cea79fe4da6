// The lesson's page with script: S256 as one types, deep links, keys, progress that stays.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { press } from './grantd.mjs';
import {
  answer, at, dev, does, exercises, predict, pressInPlace, s256, story,
} from './learn_page.mjs';

describe('script', () => {
  story('S256 is reckoned as one types', async (page) => {
    await page.goto(at('step-2'));
    for (const verifier of ['x', 'abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFG']) {
      await page.fill('#verifier', verifier);
      await page.waitForFunction(
        (wanted) => document.querySelectorAll('#s256-lines dd')[3].textContent === wanted,
        await s256(verifier));
    }
    // The same letters as the server writes.
    const letters = () => page.locator('#s256-letters').textContent();
    const typed = await letters();
    await pressInPlace(page, does(page, 's256'));
    assert.equal((await letters()).replace(/\s/g, ''), typed.replace(/\s/g, ''));
  });

  story('links to places land there', async (page) => {
    for (const [link, lands] of [
      ['#step-4', '/learn/step-4'], ['#step-8/break-6', '/learn/step-8/break-6'],
      ['#exercise-E11', '/learn/exercise-E11'], ['#challenge', '/learn/challenge'],
    ]) {
      await page.goto('about:blank');
      await page.goto(at() + link);
      await page.waitForURL(`**${lands}`);
      assert.equal(await page.locator(`[id="${link.slice(1)}"]`).count(), 1);
    }
    await page.goto('about:blank');
    await page.goto(`${at()}#word-nonce`);
    await page.waitForURL('**/learn/words#word-nonce');
    await page.waitForFunction(() => document.activeElement.textContent === 'nonce');
    assert.match(await page.title(), /^nonce/);
    await page.goto('about:blank');
    await page.goto(`${at()}#mistake-3`);
    await page.waitForFunction(() => document.title.startsWith('Secret inside'));
    await page.goto(`${at('step-2')}#s256-letters`);
    await page.waitForFunction(
      () => document.querySelector('#s256-letters').closest('details').open);
  });

  story('keys: on, back, break, exercises, folds, send; off where one types or wishes',
    async (page) => {
      await page.goto(at('step-8'));
      const focus = () => page.evaluate(() => document.activeElement.id);
      await page.keyboard.press('b');
      assert.equal(await focus(), 'breaks');
      await page.keyboard.press('e');
      assert.equal(await focus(), 'exercises');
      for (const [key, id] of [['l', 'closer'], ['i', 'inside'], ['?', 'keys']]) {
        await page.keyboard.press(key);
        assert.equal(await page.locator(`#${id}`).getAttribute('open'), '', id);
        await page.keyboard.press(key);
        assert.equal(await page.locator(`#${id}`).getAttribute('open'), null, id);
      }
      await page.keyboard.press('r');
      await page.waitForFunction(() => document.activeElement.id === 'answer');
      await page.keyboard.press('k');
      await page.waitForURL('**/step-7');
      await page.keyboard.press('j');
      await page.waitForURL('**/step-8');
      await page.goto(at('exercise-E11'));
      await page.locator('#typed').pressSequentially('jk?');
      assert.equal(await page.inputValue('#typed'), 'jk?');
      await page.locator('h1').focus();
      await page.keyboard.press('?');
      await page.uncheck('#keys-on');
      await page.keyboard.press('k');
      await page.reload();
      await page.locator('h1').focus();
      await page.keyboard.press('?');
      assert.equal(await page.locator('#keys').getAttribute('open'), null);
      assert.ok(page.url().endsWith('exercise-E11'));
    });

  story('everything can be reached and done with Tab and blanks alone', async (page) => {
    await page.goto(at('step-8/break-4'));
    const tabTo = async (selector) => {
      for (let presses = 0; presses < 60; ++presses) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((one) => document.activeElement.matches(one), selector)) return;
      }
      assert.fail(`${selector} is not reached`);
    };
    await tabTo('input[name=outcome]');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    assert.ok(await page.isChecked('input[value=json]'));
    await tabTo('button[value=predict]');
    const outline = await page.evaluate(
      () => getComputedStyle(document.activeElement).outlineStyle);
    assert.notEqual(outline, 'none', 'focus is seen');
    await page.keyboard.press(' ');
    await page.waitForSelector('#answer');
    assert.equal(await page.evaluate(() => document.activeElement.id), 'answer');
    assert.match(await page.locator('#live').textContent(), /401/, 'it is said');
  });

  story('progress stays in the browser past the server, and is forgotten at a wish',
    async (page, act, who) => {
      await page.goto(at('step-1'));
      await act(page, does(page, 'send'));
      await page.goto(at('step-3/break-1'));
      await predict(page, 'page', act);
      await answer(page, exercises[0], true, act);
      const stored = () => page.evaluate(() => JSON.parse(localStorage.getItem('grantd.learn')));
      assert.deepEqual(await stored(), {
        version: 1, language: 'en', steps: ['step-1'], experiments: ['step-3/break-1'],
        repaired: [], exercises: { E01: true }, moves: {},
      });
      await who.context.clearCookies(); // as after a new start of the server
      await page.goto(at());
      assert.deepEqual(await page.locator('.entries .mk b').allTextContents(),
        ['seen', 'broken', 'solved']);
      await press(page, page.locator('.forget button'));
      assert.equal(await page.locator('.mk').count(), 0);
      assert.deepEqual((await stored()).steps, []);
    });

  story('damaged progress is begun anew, and the page works', async (page, act) => {
    await page.goto(at());
    for (const damaged of ['{', '{"version":1,"steps":null,"moves":7}', '{"version":2}', '[]']) {
      await page.evaluate((text) => localStorage.setItem('grantd.learn', text), damaged);
      await page.goto(at('step-1'));
      await act(page, does(page, 'send'));
      const stored = await page.evaluate(() => JSON.parse(localStorage.getItem('grantd.learn')));
      assert.deepEqual(stored.steps, ['step-1'], damaged);
    }
  });

  story('a form of a page that is too old says so', async (page, act, who) => {
    await page.goto(at('step-1'));
    await who.context.clearCookies();
    await act(page, does(page, 'send'));
    assert.match(await page.locator('h1').innerText(), /room is gone/);
    await press(page, page.locator('main a.btn'));
    await act(page, does(page, 'send'));
    assert.equal(await page.locator('#answer').count(), 1);
  });

  story('in-place answers bring no foreign request and no complaint', async (page, act) => {
    const foreign = [];
    page.on('request', (request) => {
      if (new URL(request.url()).origin !== dev.issuer) foreign.push(request.url());
    });
    await page.goto(at('step-6'));
    await act(page, does(page, 'send'));
    await page.goto(at('step-7/break-3'));
    await predict(page, 'redirect', act);
    assert.deepEqual(foreign, []);
  });
});
