// How the pages look and weigh: every page at desktop and phone width, light and dark, through
// axe-core (WCAG 2.2 AA); at most 30 kB a page; screenshots in build/screenshots.
import assert from 'node:assert/strict';
import { mkdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  Dev, SCREENSHOTS, changePassword, decide, launch, newPerson, press, signIn,
} from './grantd.mjs';
import { HearingApp } from './hearing_app.mjs';

const BYTES_MAX = 30_000;
const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

let dev, browser, axe, hearing;

before(async () => {
  axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  await mkdir(SCREENSHOTS, { recursive: true });
  dev = await Dev.start();
  hearing = await HearingApp.start(dev);
  browser = await launch();
});

after(async () => {
  await browser?.close();
  await hearing?.stop();
  await dev?.stop();
});

// How to come to each page, from a browser that knows nothing.
const PAGES = {
  overview: (page) => page.goto(`${dev.issuer}/`),
  'demo-home': (page) => page.goto(`${dev.app}/`),
  login: (page) => page.goto(`${dev.app}/start`),
  async 'login-wrong'(page) {
    await page.goto(`${dev.app}/start`);
    await signIn(page, 'someone', 'wrong');
  },
  async consent(page) {
    await page.goto(dev.byHand({ scope: 'notes.read notes.write offline_access' }));
    await signIn(page, 'grace', 'battery staple');
  },
  async 'consent-identity'(page) {
    await page.goto(dev.byHand({ scope: 'openid profile email address phone' }));
    await signIn(page, 'grace', 'battery staple');
  },
  async 'consent-openid'(page) {
    await page.goto(dev.byHand({ scope: 'openid' }));
    await signIn(page, 'grace', 'battery staple');
  },
  async 'form-post'(page) { // held still: its script would go on at once
    await page.route('**/continue.js',
      (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    await page.goto(dev.byHand({ prompt: 'none', response_mode: 'form_post' }));
  },
  async notes(page) {
    await page.goto(`${dev.app}/start`);
    await signIn(page);
    if (!page.url().startsWith(dev.app)) await decide(page, 'allow'); // else remembered
    await page.waitForURL(`${dev.app}/notes`);
  },
  async denied(page) {
    await page.goto(`${dev.app}/start`);
    await signIn(page, 'grace', 'battery staple'); // who never allows anything here
    await decide(page, 'deny');
    await page.waitForURL(/callback/);
  },
  'app-failed': (page) => page.goto(`${dev.app}/callback?code=x&state=y`),
  'problem-app': (page) => page.goto(dev.byHand({ client_id: 'nobody' })),
  'problem-address': (page) => page.goto(dev.byHand({ redirect_uri: 'https://evil.example/' })),
  'not-found': (page) => page.goto(`${dev.issuer}/nowhere`),
  async logout(page) {
    await page.goto(dev.byHand());
    await signIn(page);
    await page.goto(`${dev.issuer}/logout`);
  },
  async 'signed-out'(page) {
    await PAGES.logout(page);
    await press(page, page.locator('form button'));
  },
  async 'signed-out-apps'(page) { // held still: its script would go on once the app has heard
    await page.route('**/continue.js',
      (route) => route.fulfill({ contentType: 'text/javascript', body: '' }));
    const logout = await hearing.signIn(page, dev);
    await page.goto(logout);
  },
  // Two browsers, two apps: one may do several things.
  async account(page) {
    await page.goto(`${dev.issuer}/account`);
    await signIn(page);
    await press(page, page.locator('button[name=everywhere]')); // those of the tests before
    const other = await newPerson(browser);
    const there = await other.newPage();
    await there.goto(`${dev.issuer}/account`);
    await signIn(there);
    for (const address of [
      dev.byHand({ scope: 'notes.read notes.write offline_access' }), `${dev.app}/start`,
    ]) {
      await there.goto(address).catch(() => {}); // nobody listens where the command line would
      if (await there.locator('button[value=allow]').count() === 0) continue;
      await decide(there, 'allow').catch(() => {});
    }
    await other.context.close();
    await page.goto(`${dev.issuer}/account`);
    await signIn(page);
  },
  async 'account-wrong'(page) {
    await PAGES.account(page);
    await changePassword(page, 'not this', 'battery staple');
  },
  async 'account-less'(page) {
    await PAGES.account(page);
    await page.locator('summary').first().click();
  },
};

const WIDTHS = {
  desktop: { viewport: { width: 1280, height: 900 } },
  phone: { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true },
};

for (const [name, open] of Object.entries(PAGES)) {
  describe(name, () => {
    for (const [width, options] of Object.entries(WIDTHS)) {
      for (const colorScheme of ['light', 'dark']) {
        test(`${width}, ${colorScheme}`, async () => {
          const who = await newPerson(browser, { ...options, colorScheme });
          const page = await who.newPage();
          await open(page);
          await page.screenshot({
            path: path.join(SCREENSHOTS, `${name}-${width}-${colorScheme}.png`), fullPage: true,
          });
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          assert.equal(overflow, 0, 'the page scrolls sideways');
          await page.evaluate(axe);
          const { violations, passes } = await page.evaluate(
            (rules) => axe.run(document, { runOnly: rules, preload: false }), RULES);
          const places = (nodes) => nodes.map((node) => node.html).join(' | ');
          assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${places(nodes)}`), []);
          assert.ok(passes.some(({ id }) => id === 'color-contrast'), 'axe looked at the page');
          await who.close();
        });
      }
    }

    test('all that it loads weighs less than 30 kB', async () => {
      const who = await newPerson(browser);
      const page = await who.newPage();
      const answers = [];
      page.on('response', (answer) => answers.push(answer));
      await open(page);
      // The last document, and what it brought with it.
      const last = answers.findLastIndex((answer) => answer.request().isNavigationRequest());
      let bytes = 0;
      for (const answer of answers.slice(last)) bytes += (await answer.body()).length;
      const icon = await page.locator('link[rel=icon]').getAttribute('href');
      bytes += (await (await page.request.get(new URL(icon, page.url()).href)).body()).length;
      // Where the style came with an earlier page, it counts here all the same.
      const style = new URL('/style.css', page.url()).href;
      if (!answers.slice(last).some((answer) => answer.url() === style)) {
        bytes += (await (await page.request.get(style)).body()).length;
      }
      assert.ok(bytes < BYTES_MAX, `${bytes} bytes`);
      await who.close();
    });
  });
}
