// How the lesson's page looks and weighs: both widths, light and dark, through axe-core (WCAG 2.2
// AA); screenshots in build/screenshots.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { before, describe } from 'node:test';
import { SCREENSHOTS } from './grantd.mjs';
import {
  answer, at, dev, does, exercises, predict, pressInPlace, story,
} from './learn_page.mjs';

const BYTES_MAX = 60_000;
const STEPS = 12;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

const ofKind = (wanted) => exercises.find(({ kind }) => kind === wanted);

let axe;
before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await mkdir(SCREENSHOTS, { recursive: true });
});

describe('looks', () => {
  const WIDTHS = {
    desktop: { viewport: { width: 1280, height: 900 } },
    phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
  };
  const VIEWS = {
    contents: (page) => page.goto(at()),
    words: (page) => page.goto(at('words')),
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
    exercise: (page) => answer(page, ofKind('spot'), false, pressInPlace),
    order: (page) => answer(page, ofKind('order'), true, pressInPlace),
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
      story(`${width}, ${colorScheme}: no sideways scroll, nothing for axe`, async (page) => {
        for (const [name, open] of Object.entries(VIEWS)) {
          await open(page);
          await page.evaluate(() => scrollTo(0, 0));
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(overflow, 0, `${name} scrolls sideways`);
          await page.screenshot({
            path: path.join(SCREENSHOTS, `learn-${name}-${width}-${colorScheme}.png`),
            fullPage: true, animations: 'disabled',
          });
          // Each width and each scheme once: what axe looks for is in one of the two.
          if ((width === 'phone') !== (colorScheme === 'dark')) continue;
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
    const places = ['', 'words', 'challenge', 'program', 'challenge/move-3', 'exercise-E30'];
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
