// The lesson in a browser, from the idea to the certificate: every step, every experiment in all
// its variants, every exercise wrong and right, the challenge; with and without JavaScript.
import assert from 'node:assert/strict';
import { describe } from 'node:test';
import { press } from './grantd.mjs';
import {
  actAtOnce, answer, at, does, exercises, fieldsOf, isAsTheBookSays, isJudged, predict, s256, story,
} from './learn_page.mjs';

const STEPS = 12;
const EXPERIMENTS = 42;
const MOVES = [ // what comes of each, in order
  'json', 'json', 'json', 'json', 'json', 'page', 'json', 'json', 'page', 'json', 'json', 'json',
];

const variantsOf = async (page) =>
  page.locator('nav .tiles a').evaluateAll((links) => links.map(({ href }) => href));

describe('the whole lesson', () => {
  story('every step after another is sent, and answered as the book says', async (page, act) => {
    await page.goto(at());
    await press(page, page.locator('#begin'));
    for (let number = 1; number <= STEPS; ++number) {
      assert.equal(new URL(page.url()).pathname, `/learn/step-${number}`);
      await act(page, does(page, 'send'));
      await isAsTheBookSays(page);
      await page.reload();
      assert.equal(await page.locator('#answer').count(), 1, 'a reload keeps the answer');
      if (number < STEPS) await press(page, page.locator('a.btn', { hasText: 'Next step' }));
    }
    await page.goto(at());
    const seen = await page.locator('.entries h3 .mk').count();
    assert.equal(seen, STEPS);
  });

  story('every experiment in all its variants is broken as the book says, and put right',
    async (page) => {
      await page.goto(at());
      const links = await page.locator('.entries a[id*="/break-"]')
        .evaluateAll((all) => all.map(({ href }) => href));
      assert.equal(links.length, EXPERIMENTS);
      for (const link of links) {
        await page.goto(link);
        const variants = await variantsOf(page);
        for (const variant of variants.length ? variants : [link]) {
          if (variant !== page.url()) await page.goto(variant);
          assert.equal(await page.locator('#stage .wire').count(), 1, 'what will be sent is shown');
          await actAtOnce(page, 'predict', { outcome: 'json' });
          await isAsTheBookSays(page);
          await actAtOnce(page, 'repair');
          assert.equal(await page.locator('#answer .good-ink').count(), 1, `${variant}: repaired`);
          await isAsTheBookSays(page);
        }
      }
      await page.goto(at());
      assert.equal(await page.locator('.entries a[id*="/break-"] .mk').count(), EXPERIMENTS);
    });

  story('every exercise: a wrong answer, then the right one', async (page) => {
    assert.equal(exercises.length, 30);
    for (const exercise of exercises) {
      await page.goto(at(`exercise-${exercise.id}`));
      for (const isRight of [false, true]) {
        await actAtOnce(page, 'answer', fieldsOf(exercise, isRight));
        await isJudged(page, exercise, isRight);
      }
      await isAsTheBookSays(page);
    }
    await page.goto(at());
    assert.equal(await page.locator('.entries a[id^="exercise-"] .mk').count(), 30);
  });

  story('the challenge is won by twelve right predictions', async (page) => {
    await page.goto(at('challenge'));
    assert.equal(await page.locator('#epilogue').count(), 0);
    for (const [index, outcome] of MOVES.entries()) {
      await page.goto(at(`challenge/move-${index + 1}`));
      await actAtOnce(page, 'predict', { outcome });
      await isAsTheBookSays(page);
      assert.equal(await page.locator('#answer .good-ink').count(), 1, `move ${index + 1}`);
    }
    await page.goto(at('challenge'));
    assert.match(await page.locator('#certificate').innerText(), /challenge 12\/12/);
  });

  story('time that passes is seen: a code runs out, and the step can be begun again',
    async (page, act) => {
      await page.goto(at('step-8'));
      await page.locator('#clock summary').click();
      await act(page, does(page, 'wait-code'));
      await act(page, does(page, 'send'));
      assert.match(await page.locator('.wire').innerText(), /400 Bad Request[^]*invalid_grant/);
      await assert.rejects(isAsTheBookSays(page), 'the page says that this is unlike the book');
      await act(page, does(page, 'send'));
      await isAsTheBookSays(page);
      assert.match(await page.locator('.wire').innerText(), /200 OK/);
    });

  story('two tabs of one browser do not disturb each other', async (page, act, who) => {
    const other = await who.newPage();
    await page.goto(at('step-8'));
    await other.goto(at('step-3'));
    await other.goto(at('step-11/break-1'));
    await act(page, does(page, 'send'));
    await isAsTheBookSays(page);
    await predict(other, 'json', act);
    await page.goto(at('step-9'));
    await act(page, does(page, 'send'));
    await isAsTheBookSays(page);
  });
});

describe('without JavaScript', () => {
  const plain = (title, run) => story(title, run, { javaScriptEnabled: false });

  plain('a step is sent', async (page, act) => {
    await page.goto(at('step-3'));
    await act(page, does(page, 'send'));
    assert.ok(page.url().endsWith('/learn/step-3#answer'));
    await isAsTheBookSays(page);
    await page.reload();
    assert.equal(await page.locator('#answer').count(), 1);
  });

  plain('an experiment is predicted, broken, put right, and broken again', async (page, act) => {
    await page.goto(at('step-8/break-9'));
    await predict(page, 'json', act);
    assert.equal(await page.locator('.hit mark').innerText(), 'l', 'the changed letter');
    assert.equal(await page.locator('.note mark').count(), 2, 'expected and found');
    await act(page, does(page, 'repair'));
    assert.equal(await page.locator('#answer .good-ink').count(), 1);
    await act(page, does(page, 'again'));
    assert.equal(await page.locator('input[name=outcome]').count(), 4);
  });

  plain('an exercise of each kind, wrong and right', async (page, act) => {
    for (const kind of ['choice', 'spot', 'live', 'free', 'order']) {
      const exercise = exercises.find((one) => one.kind === kind);
      await answer(page, exercise, false, act);
      await answer(page, exercise, true, act);
      if (kind === 'live') assert.equal(await page.locator('.wire').count(), 1, 'what came');
    }
  });

  plain('S256 of a verifier, a move, and time', async (page, act) => {
    await page.goto(at('step-2'));
    const verifier = 'abcdefghijklmnopqrstuvwxyz-0123456789-ABCDEFG';
    await page.fill('#verifier', verifier);
    await act(page, does(page, 's256'));
    assert.equal(await page.locator('#s256-lines dd').nth(3).innerText(), await s256(verifier));
    await page.goto(at('challenge/move-6'));
    await predict(page, 'page', act);
    await page.goto(at('step-10'));
    await page.locator('#clock summary').click();
    await act(page, does(page, 'wait-token'));
    assert.equal(await page.locator('#moved').count(), 1);
    await act(page, page.locator('.forget button'));
    assert.equal(await page.locator('.mk').count(), 0);
  });
});
