// What the tests of the lesson's page have in common: a server, a browser, and how one plays.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, before, test } from 'node:test';
import { Dev, launch, newPerson, press } from './grantd.mjs';

const LESSON = new URL('../../web/lesson/', import.meta.url);
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

export const exercises = await readExercises();

// A server and a browser for all tests of a file.
export let dev, browser;
before(async () => {
  dev = await Dev.start();
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await dev?.stop();
});

export const at = (place = '') => `${dev.issuer}/learn${place && `/${place}`}`;

// A test with a browser of its own; `press` presses a button and waits for its answer.
export function story(title, run, options = {}) {
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

export async function pressInPlace(page, button) {
  await page.evaluate(() => { document.querySelector('#main').dataset.old = ''; });
  await button.click();
  await page.waitForSelector('#main:not([data-old])');
}

// The same in one round trip, for what is done some hundred times.
export async function actAtOnce(page, what, fields = {}) {
  await page.evaluate(([value, all]) => {
    document.querySelector('#main').dataset.old = '';
    for (const [name, text] of Object.entries(all)) {
      document.querySelector('.panel form').elements[name].value = text;
    }
    document.querySelector(`.panel button[name=do][value=${value}]`).click();
  }, [what, fields]);
  await page.waitForSelector('#main:not([data-old])');
}

export const does = (page, what) => page.locator(`button[name=do][value=${what}]`);

export async function isAsTheBookSays(page) {
  assert.deepEqual(await page.locator(UNLIKE_THE_BOOK).allInnerTexts(), [], page.url());
}

export async function predict(page, outcome, act) {
  await page.check(`input[name=outcome][value=${outcome}]`);
  await act(page, does(page, 'predict'));
  assert.equal(await page.locator('#answer').count(), 1);
  await isAsTheBookSays(page);
}

export function fieldsOf(exercise, isRight) {
  if (exercise.kind === 'free') {
    return { answer: isRight ? exercise.accept.join(' and ') : 'something else' };
  }
  if (exercise.kind !== 'order') return { answer: (isRight ? exercise.right : exercise.wrong)[0] };
  const cards = isRight ? exercise.right : [...exercise.right].reverse();
  return Object.fromEntries(cards.map((card, place) => [`card-${place + 1}`, card]));
}

export async function isJudged(page, exercise, isRight) {
  const ink = page.locator('#answer h2 b');
  assert.equal(await ink.getAttribute('class'), isRight ? 'good-ink' : 'bad-ink', exercise.id);
}

export async function answer(page, exercise, isRight, act) {
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

export async function s256(text) {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return Buffer.from(digest).toString('base64url');
}
