// What the lesson's page lets in, and where it is: `grantd dev` and `grantd learn --browser` alone.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Dev, newPerson, press } from './grantd.mjs';
import {
  at, browser, dev, does, isAsTheBookSays, pressInPlace, story,
} from './learn_page.mjs';

describe('guarded', () => {
  story('what is typed is shown as text', async (page, act) => {
    const attack = '"><img src=x onerror="document.title=1"><script>document.title=2</script>';
    for (const javaScriptEnabled of [true, false]) {
      const who = await newPerson(browser, { javaScriptEnabled });
      const there = await who.newPage();
      await there.goto(at('exercise-E09'));
      await there.fill('#typed', attack);
      await (javaScriptEnabled ? act : press)(there, does(there, 'answer'));
      assert.equal(await there.inputValue('#typed'), attack);
      assert.equal(await there.locator('main img, main script').count(), 0);
      await there.goto(at('step-2'));
      await there.fill('#verifier', attack.slice(0, 120));
      await (javaScriptEnabled ? act : press)(there, does(there, 's256'));
      assert.equal(await there.locator('main img, main script').count(), 0);
      await who.close();
    }
    assert.equal((await page.goto(at('step-8/break-1?play="><script>'))).status(), 404);
  });

  const ask = (options, body = '') => new Promise((resolve, reject) => {
    const request = http.request({ host: '127.0.0.1', port: new URL(dev.issuer).port, ...options },
      (response) => {
        let text = '';
        response.on('data', (part) => { text += part; });
        response.on('end', () => resolve({ ...response, status: response.statusCode,
          headers: response.headers, text }));
      });
    request.on('error', reject);
    request.end(body);
  });

  test('another Host is refused', async () => {
    for (const host of ['evil.example', 'evil.example:9090', '127.0.0.1.evil.example']) {
      for (const place of ['/learn', '/learn/step-8', '/learn/page.js']) {
        assert.equal((await ask({ path: place, headers: { host } })).status, 403, host + place);
      }
    }
  });

  test('a page elsewhere may link to it, and not load it', async () => {
    const from = (dest) => ask({
      path: '/learn/step-8', headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': dest },
    });
    assert.equal((await from('document')).status, 200);
    for (const dest of ['image', 'iframe', 'empty']) assert.equal((await from(dest)).status, 403);
  });

  test('a path that only begins alike is not the lesson', async () => {
    const answer = await ask({ path: '/learned' });
    assert.equal(answer.status, 404);
    assert.ok(answer.headers['x-request-id'], 'the server itself answers');
  });

  test('a form without the token, or with another one, does nothing', async () => {
    const page = await ask({ path: '/learn/step-1' });
    const cookie = page.headers['set-cookie'][0];
    assert.match(cookie, /^grantd_learn_\d+=[\w-]{22}; Path=\/learn; HttpOnly; SameSite=Lax$/);
    const token = page.text.match(/name="token" value="([^"]+)"/)[1];
    const send = (body, headers) => ask({
      path: '/learn/step-1', method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    }, body);
    const own = { cookie: cookie.split(';')[0] };
    for (const [body, headers] of [
      ['do=send', own], [`do=send&token=${token}`, {}], ['do=send&token=x', own],
      [`do=send&token=${token}&token=${token}`, own],
      [`do=send&token=${token}`, { ...own, 'content-type': 'text/plain' }],
    ]) {
      assert.equal((await send(body, headers)).status, 403, body);
    }
    const after = await ask({ path: '/learn/step-1', headers: own });
    assert.ok(!after.text.includes('id="answer"'));
    assert.equal((await send(`do=send&token=${token}`, own)).status, 303);
    assert.equal((await ask({ path: '/learn', method: 'DELETE' })).status, 405);
  });

  test('many requests at once are all answered, or told to come again', async () => {
    const answers = await Promise.all(
      Array.from({ length: 60 }, () => ask({ path: '/learn/exercise-E01' })));
    for (const { status, headers } of answers) {
      assert.ok(status === 200 || (status === 503 && headers['retry-after']), String(status));
    }
  });

  story('the policy and the headers are those of the other pages', async (page) => {
    const headers = (await page.goto(at())).headers();
    assert.match(headers['content-security-policy'], /^default-src 'none';/);
    assert.doesNotMatch(headers['content-security-policy'], /unsafe|data:|https?:|\*/);
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['referrer-policy'], 'no-referrer');
  });

  // The last to use a server of its own: it is stopped under the page.
  test('a server that is gone is said so; `serve` has no lesson', async () => {
    const own = await Dev.start();
    const who = await newPerson(browser);
    const page = await who.newPage();
    await page.goto(`${own.issuer}/learn/step-1`);
    await own.halt();
    await does(page, 'send').click();
    await page.waitForSelector('.note.bad');
    assert.notEqual(await page.locator('#live').textContent(), '');
    await who.context.close(); // that nobody answered is a complaint, and is meant
    const serve = spawn(own.binary, ['serve', '--config', own.config], { stdio: 'ignore' });
    const ended = once(serve, 'exit');
    try {
      let answer;
      while (!answer && serve.exitCode === null) {
        answer = await fetch(`${own.issuer}/learn`).catch(() => undefined);
      }
      assert.equal(answer?.status, 404);
      for (const file of ['page.css', 'page.js', 'step-1']) {
        assert.equal((await fetch(`${own.issuer}/learn/${file}`)).status, 404);
      }
    } finally {
      serve.kill('SIGINT');
      await ended;
      await own.stop();
    }
  });

  test('`grantd learn --browser` serves the same alone', async () => {
    const alone = spawn(dev.binary, ['learn', '--browser'],
      { env: { ...process.env, BROWSER: 'true' }, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(alone, 'exit');
    let text = '';
    for await (const part of alone.stdout) {
      text += part;
      if (/http\S+\/learn\s/.test(text)) break;
    }
    const who = await newPerson(browser);
    const page = await who.newPage();
    await page.goto(text.match(/http\S+\/learn/)[0]);
    await press(page, page.locator('#begin'));
    await pressInPlace(page, does(page, 'send'));
    await isAsTheBookSays(page);
    await who.close();
    alone.kill('SIGINT');
    assert.equal((await ended)[0], 0);
  });
});

test('the start of `grantd dev` and its pages lead to the lesson', async () => {
  const who = await newPerson(browser);
  const page = await who.newPage();
  for (const from of [dev.issuer, dev.app]) {
    await page.goto(`${from}/`);
    await press(page, page.locator('a[href$="/learn"]'));
    assert.equal(page.url(), at());
  }
  await who.close();
  const { stdout } = await promisify(execFile)(dev.binary, ['help', 'learn']);
  assert.match(stdout, /--browser/);
});
