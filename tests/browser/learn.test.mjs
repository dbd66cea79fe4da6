// The lesson in a browser, from the idea to the certificate: every step, every experiment in all
// its variants, every exercise wrong and right, the challenge; with and without JavaScript; how it
// looks, weighs, is linked to and guarded.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { Dev, SCREENSHOTS, heading, launch, newPerson, press } from './grantd.mjs';

const LESSON = new URL('../../web/lesson/', import.meta.url);
const BYTES_MAX = 60_000;
const STEPS = 12;
const EXPERIMENTS = 42;
const MOVES = [ // what comes of each, in order
  'json', 'json', 'json', 'json', 'json', 'page', 'json', 'json', 'page', 'json', 'json', 'json',
];
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const UNLIKE_THE_BOOK = '.panel .note:not(#answer) .bad-ink, .panel [role=alert]';

// The exercises' answers: {id, kind, right, wrong, accept}.
async function readExercises() {
  const text = await readFile(new URL('exercises.toml', LESSON), 'utf8');
  return text.split('\n[[exercise]]\n').slice(1).map((block) => {
    const list = (name) => {
      const found = block.match(new RegExp(`^${name} = (?:"([^"]*)"|\\[([^\\]]*)\\])`, 'm'));
      if (!found) return [];
      return found[1] !== undefined ? [found[1]]
        : [...found[2].matchAll(/"([^"]*)"/g)].map(([, one]) => one);
    };
    return {
      id: list('id')[0], kind: list('kind')[0], right: list('right'), wrong: list('wrong'),
      accept: list('accept'),
    };
  });
}

let dev, browser, exercises, axe;
before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await mkdir(SCREENSHOTS, { recursive: true });
  exercises = await readExercises();
  dev = await Dev.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await dev?.stop();
});

const at = (place = '') => `${dev.issuer}/learn${place && `/${place}`}`;

// A test with a browser of its own; `press` presses a button and waits for its answer.
function story(title, run, options = {}) {
  test(title, async () => {
    const who = await newPerson(browser, options);
    try {
      const page = await who.newPage();
      await run(page, options.javaScriptEnabled === false ? press : pressInPlace, who);
      await who.close();
    } finally {
      await who.context.close();
    }
  });
}

async function pressInPlace(page, button) {
  await page.evaluate(() => { document.querySelector('#main').dataset.old = ''; });
  await button.click();
  await page.waitForSelector('#main:not([data-old])');
}

// The same in one round trip, for what is done some hundred times.
async function actAtOnce(page, what, fields = {}) {
  await page.evaluate(([value, all]) => {
    document.querySelector('#main').dataset.old = '';
    for (const [name, text] of Object.entries(all)) {
      document.querySelector('.panel form').elements[name].value = text;
    }
    document.querySelector(`.panel button[name=do][value=${value}]`).click();
  }, [what, fields]);
  await page.waitForSelector('#main:not([data-old])');
}

const does = (page, what) => page.locator(`button[name=do][value=${what}]`);

async function isAsTheBookSays(page) {
  assert.deepEqual(await page.locator(UNLIKE_THE_BOOK).allInnerTexts(), [], page.url());
}

async function predict(page, outcome, act) {
  await page.check(`input[name=outcome][value=${outcome}]`);
  await act(page, does(page, 'predict'));
  assert.equal(await page.locator('#answer').count(), 1);
  await isAsTheBookSays(page);
}

function fieldsOf(exercise, isRight) {
  if (exercise.kind === 'free') {
    return { answer: isRight ? exercise.accept.join(' and ') : 'something else' };
  }
  if (exercise.kind !== 'order') return { answer: (isRight ? exercise.right : exercise.wrong)[0] };
  const cards = isRight ? exercise.right : [...exercise.right].reverse();
  return Object.fromEntries(cards.map((card, place) => [`card-${place + 1}`, card]));
}

async function isJudged(page, exercise, isRight) {
  const ink = page.locator('#answer h2 b');
  assert.equal(await ink.getAttribute('class'), isRight ? 'good-ink' : 'bad-ink', exercise.id);
}

async function answer(page, exercise, isRight, act) {
  await page.goto(at(`exercise-${exercise.id}`));
  const fields = fieldsOf(exercise, isRight);
  if (exercise.kind === 'free') {
    await page.fill('#typed', fields.answer);
  } else if (exercise.kind === 'order') {
    for (const [name, card] of Object.entries(fields)) await page.selectOption(`#${name}`, card);
  } else {
    await page.check(`input[name=answer][value="${fields.answer}"]`);
  }
  await act(page, does(page, 'answer'));
  await isJudged(page, exercise, isRight);
}

const variantsOf = async (page) =>
  page.locator('nav .tiles a').evaluateAll((links) => links.map(({ href }) => href));

describe('the whole lesson', () => {
  story('every step, one after another, is sent and answered as the book says', async (page, act) => {
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

async function s256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('base64url');
}

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
    await page.waitForFunction(() => document.activeElement.textContent === 'nonce');
    assert.match(await page.title(), /^nonce/);
    await page.goto(`${at()}#mistake-3`);
    await page.waitForFunction(() => document.title.startsWith('Secret inside'));
    await page.goto(`${at('step-2')}#s256-letters`);
    await page.waitForFunction(() => document.querySelector('#s256-letters').closest('details').open);
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
      await page.waitForSelector('#answer');
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
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
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

  story('in-place answers bring no foreign request and no complaint of the policy', async (page, act) => {
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

  test('a form without the token, or with another one, does nothing', async () => {
    const page = await ask({ path: '/learn/step-1' });
    const cookie = page.headers['set-cookie'][0];
    assert.match(cookie, /^grantd_learn_\d+=[\w-]{22}; Path=\/learn; HttpOnly; SameSite=Strict$/);
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

describe('looks', () => {
  const WIDTHS = {
    desktop: { viewport: { width: 1280, height: 900 } },
    phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
  };
  const VIEWS = {
    contents: (page) => page.goto(at()),
    ready: (page) => page.goto(at('step-3')),
    async answered(page) {
      await page.goto(at('step-8'));
      await pressInPlace(page, does(page, 'send'));
    },
    async s256(page) {
      await page.goto(at('step-2'));
      await page.locator('#s256 summary').click();
      await page.locator('#closer summary').click();
    },
    predict: (page) => page.goto(at('step-3/break-7')),
    async broken(page) {
      await page.goto(at('step-3/break-1'));
      await predict(page, 'redirect', pressInPlace);
      await page.locator('#walk summary').click();
    },
    async repaired(page) {
      await page.goto(at('step-8/break-9'));
      await predict(page, 'json', pressInPlace);
      await pressInPlace(page, does(page, 'repair'));
      await page.locator('#was > summary').click();
    },
    exercise: (page) => answer(page, exercises.find(({ kind }) => kind === 'spot'), false, pressInPlace),
    order: (page) => answer(page, exercises.find(({ kind }) => kind === 'order'), true, pressInPlace),
    async move(page) {
      await page.goto(at('challenge/move-3'));
      await predict(page, 'json', pressInPlace);
    },
    challenge: (page) => page.goto(at('challenge')),
    program: (page) => page.goto(at('program')),
    nothing: (page) => page.goto(at('nowhere')),
  };
  for (const [width, options] of Object.entries(WIDTHS)) {
    for (const colorScheme of ['light', 'dark']) {
      story(`${width}, ${colorScheme}: no sideways scroll, nothing that axe finds`, async (page) => {
        for (const [name, open] of Object.entries(VIEWS)) {
          await open(page);
          await page.evaluate(() => scrollTo(0, 0));
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(overflow, 0, `${name} scrolls sideways`);
          await page.screenshot({
            path: path.join(SCREENSHOTS, `learn-${name}-${width}-${colorScheme}.png`), fullPage: true,
            animations: 'disabled',
          });
          await page.keyboard.press('?'); // the list of keys, too
          await page.evaluate(axe);
          const { violations } = await page.evaluate(
            (rules) => axe.run(document, { runOnly: rules, preload: false }), RULES);
          assert.deepEqual(violations.map(({ id, nodes }) =>
            `${name}: ${id}: ${nodes.map(({ html }) => html).join(' | ')}`), []);
        }
      }, { ...options, colorScheme });
    }
  }

  // Played to the end, so that all marks and answers are there.
  story('no document with its style, script and icon weighs 60 kB', async (page, act) => {
    const bytes = async (place) =>
      (await (await page.request.get(new URL(place, dev.issuer).href)).body()).length;
    let beside = 0;
    for (const file of ['/style.css', '/mark.svg', '/learn/page.css', '/learn/page.js']) {
      beside += await bytes(file);
    }
    const places = ['', 'challenge', 'program', 'challenge/move-3', 'exercise-E30'];
    for (let number = 1; number <= STEPS; ++number) {
      await page.goto(at(`step-${number}`));
      await act(page, does(page, 'send'));
      places.push(`step-${number}`);
    }
    for (const place of ['step-8/break-6', 'step-7/break-3', 'step-10/break-6']) {
      await page.goto(at(place));
      await predict(page, 'json', act);
      await act(page, does(page, 'repair'));
      places.push(place);
    }
    for (const place of places) {
      const all = beside + await bytes(`/learn${place && `/${place}`}`);
      assert.ok(all < BYTES_MAX, `/learn/${place}: ${all} bytes`);
    }
  });

  story('with reduced motion nothing travels', async (page, act) => {
    await page.goto(at('step-3'));
    await act(page, does(page, 'send'));
    const animation = await page.evaluate(() => getComputedStyle(
      document.querySelector('.sent .go'), '::before').animationName);
    assert.equal(animation, 'none');
  }, { reducedMotion: 'reduce' });
});
