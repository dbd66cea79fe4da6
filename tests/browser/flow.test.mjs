// What a person lives through, in real Chromium, with and without JavaScript: issue 2, "What a
// newcomer sees", 2.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import {
  Dev, changePassword, decide, heading, launch, newPerson, press, signIn,
} from './grantd.mjs';
import { HearingApp } from './hearing_app.mjs';

let browser;
before(async () => { browser = await launch(); });
after(() => browser?.close());

for (const javaScriptEnabled of [true, false]) {
  describe(`JavaScript ${javaScriptEnabled ? 'on' : 'off'}`, () => {
    // Each story has a server, a store and a browser of its own.
    const story = (title, run, { clock = false, ...options } = {}) =>
      test(title, async () => {
        const dev = await Dev.start({ clock });
        const who = await newPerson(browser, { javaScriptEnabled, ...options });
        try {
          await run(await who.newPage(), dev, who);
          await who.close();
        } finally {
          await who.context.close();
          await dev.stop();
        }
      });

    story('login, consent, allow: the app shows what the API says', async (page, dev) => {
      await page.goto(`${dev.app}/`);
      await press(page, page.locator('a.btn'));
      assert.equal(await heading(page), 'Sign in');
      assert.equal(new URL(page.url()).origin, dev.issuer);
      await signIn(page);
      assert.equal(await heading(page), 'Paperboat asks for access');
      const asked = await page.locator('main').innerText();
      assert.match(asked, /See your notes/);
      assert.ok(asked.includes(new URL(dev.app).host), 'where the answer goes');
      assert.match(asked, /Ada Lindqvist/);
      await decide(page, 'allow');
      await page.waitForURL(`${dev.app}/notes`);
      assert.match(await page.locator('ul.notes').innerText(), /Buy oat milk/);
      await page.reload();
      assert.match(await page.locator('ul.notes').innerText(), /Buy oat milk/);
    });

    // OAuth 2.0 Form Post Response Mode §2, under our Content-Security-Policy.
    story('an answer is posted to the app, by script or by the button', async (page, dev) => {
      const posted = [];
      const app = http.createServer(async (request, response) => {
        let body = '';
        for await (const part of request) body += part;
        if (request.method === 'POST') posted.push({ url: request.url, body });
        response.setHeader('content-type', 'text/html');
        response.end('<!doctype html><title>The app</title><h1>Thank you</h1>');
      });
      app.listen(dev.byHandPort, '127.0.0.1');
      await once(app, 'listening');
      try {
        await page.goto(dev.byHand({ response_mode: 'form_post', scope: 'openid' }));
        await signIn(page);
        await decide(page, 'allow');
        if (!javaScriptEnabled) {
          assert.equal(await heading(page), 'Back to Demo command line');
          await press(page, page.getByRole('button', { name: 'Continue to Demo command line' }));
        }
        await page.getByText('Thank you').waitFor();
        assert.equal(posted.length, 1);
        assert.equal(posted[0].url, '/', 'nothing in the query');
        const answer = new URLSearchParams(posted[0].body);
        assert.deepEqual([...answer.keys()], ['code', 'state', 'iss']);
        assert.equal(answer.get('state'), 'a state');
        assert.equal(answer.get('iss'), dev.issuer);
      } finally {
        app.close();
      }
    });

    story('deny leads back with access_denied', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await signIn(page);
      await decide(page, 'deny');
      await page.waitForURL(/\/callback\?/);
      assert.equal(await heading(page), 'You said no');
      assert.match(await page.locator('main').innerText(), /access_denied/);
      await press(page, page.locator('a.btn')); // and there is a way on
      assert.equal(await heading(page), 'Paperboat asks for access');
    });

    story('a wrong password can be mended', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await signIn(page, 'ada', 'wrong horse');
      assert.match(await page.locator('[role=alert]').innerText(), /didn’t match/);
      assert.equal(await page.locator('#user').inputValue(), 'ada');
      assert.equal(await page.locator('#password').inputValue(), '');
      await page.reload(); // sends the form again: the same answer, no blank page
      assert.match(await page.locator('[role=alert]').innerText(), /didn’t match/);
      await signIn(page);
      assert.equal(await heading(page), 'Paperboat asks for access');
    });

    story('an unknown user reads the same as a wrong password', async (page, dev) => { // EN-01
      const said = [];
      for (const user of ['ada', 'nobody-here']) {
        await page.goto(`${dev.app}/start`);
        await signIn(page, user, 'wrong horse');
        said.push(await page.locator('main').innerText());
      }
      assert.equal(said[0], said[1]);
    });

    story('the back button after all is done leads to where one was', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await signIn(page);
      await decide(page, 'allow');
      await page.waitForURL(`${dev.app}/notes`);
      await page.goBack(); // the consent page's address: it was allowed, so it leads on again
      await page.waitForURL(`${dev.app}/notes`);
      assert.match(await page.locator('ul.notes').innerText(), /Buy oat milk/);
    });

    story('the back button at the consent page shows that one is signed in', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await signIn(page);
      await page.goBack(); // the login page's address
      assert.equal(await heading(page), 'Paperboat asks for access');
      await decide(page, 'allow');
      await page.waitForURL(`${dev.app}/notes`);
    });

    story('forms posted twice mean the same', async (one, dev, who) => {
      await one.goto(`${dev.app}/start`);
      const two = await who.newPage();
      await two.goto(one.url());
      await signIn(one);
      await signIn(two, 'ada', 'anything'); // signed in already: it goes on and checks nothing
      assert.equal(await heading(two), 'Paperboat asks for access');
      await decide(one, 'allow');
      await one.waitForURL(`${dev.app}/notes`);
      await decide(two, 'allow');
      await two.waitForURL(`${dev.app}/notes`);
      assert.match(await two.locator('ul.notes').innerText(), /Buy oat milk/);
    });

    story('a consent page that is loaded again is the same page', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await signIn(page);
      const before = await page.locator('main').innerText();
      await page.reload();
      assert.equal(await page.locator('main').innerText(), before);
      await decide(page, 'allow');
      await page.waitForURL(`${dev.app}/notes`);
    });

    story('two tabs with two apps each come to their end', async (one, dev, who) => {
      const two = await who.newPage();
      // Names its icon, so that none is asked for while the server goes.
      const landing = http.createServer((_, answer) => {
        answer.setHeader('content-type', 'text/html');
        answer.end('<link rel="icon" href="data:,">landed');
      });
      landing.listen(dev.byHandPort, '127.0.0.1').unref();
      await once(landing, 'listening');
      await one.goto(`${dev.app}/start`);
      await two.goto(dev.byHand());
      assert.equal(await heading(two), 'Sign in');
      await signIn(one);
      await signIn(two); // its form is older than the sign-in of the other tab
      assert.equal(await heading(two), 'Demo command line asks for access');
      await decide(one, 'allow');
      await one.waitForURL(`${dev.app}/notes`);
      await decide(two, 'allow');
      // The CSP lets the browser follow the redirect to the app's origin.
      await two.waitForURL(`http://127.0.0.1:${dev.byHandPort}/?**`);
      const answer = new URL(two.url()).searchParams;
      assert.equal(answer.get('state'), 'a state');
      assert.equal(answer.get('iss'), dev.issuer);
      assert.ok(answer.get('code'));
      await two.close();
      landing.closeAllConnections();
      landing.close();
    });

    story('a form that stood open for too long is replaced by a fresh one', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await dev.setClock('+31m');
      await signIn(page);
      assert.equal(await heading(page), 'Sign in');
      assert.match(await page.locator('[role=status]').innerText(), /fresh form/);
      await signIn(page);
      assert.equal(await heading(page), 'Paperboat asks for access');
      await dev.setClock('+62m');
      await decide(page, 'allow');
      assert.equal(await heading(page), 'Paperboat asks for access'); // asked anew, nothing given
      await decide(page, 'allow');
      await page.waitForURL(`${dev.app}/notes`);
    }, { clock: true });

    story('what was allowed is remembered, until one signs out', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await signIn(page, 'grace', 'battery staple');
      await decide(page, 'allow');
      await page.waitForURL(`${dev.app}/notes`);
      await page.goto(`${dev.app}/start`); // remembered: straight back
      assert.equal(page.url(), `${dev.app}/notes`);
      await page.goto(`${dev.issuer}/logout`);
      await press(page, page.locator('form button'));
      await page.goto(`${dev.app}/start`);
      assert.equal(await heading(page), 'Sign in');
      await signIn(page, 'grace', 'battery staple'); // and that she allowed it is remembered still
      await page.waitForURL(`${dev.app}/notes`);
    });

    story('another person may take over at the consent page', async (page, dev) => {
      await page.goto(dev.byHand());
      await signIn(page);
      await press(page, page.locator('button[value=switch]'));
      assert.equal(await heading(page), 'Sign in');
      await signIn(page, 'grace', 'battery staple');
      assert.match(await page.locator('main').innerText(), /Grace Okafor/);
    });

    story('German by Accept-Language', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      assert.equal(await page.locator('html').getAttribute('lang'), 'de');
      assert.equal(await heading(page), 'Anmelden');
      await signIn(page);
      assert.match(await page.locator('main').innerText(), /Ihre Notizen lesen/);
    }, { locale: 'de-DE' });

    story('German by ui_locales, and back by the link', async (page, dev) => {
      await page.goto(dev.byHand({ ui_locales: 'fr de' }));
      assert.equal(await heading(page), 'Anmelden');
      await press(page, page.locator('footer a[hreflang=en]'));
      assert.equal(await heading(page), 'Sign in');
      await signIn(page);
      assert.equal(await heading(page), 'Demo command line asks for access');
    });

    // Issue 3: the person's own page. CN-07, LG-13
    story('the account: an app loses its access', async (page, dev) => {
      await page.goto(`${dev.app}/start`);
      await signIn(page);
      await decide(page, 'allow');
      await page.waitForURL(`${dev.app}/notes`);
      await press(page, page.locator('a[href$="/account"]'));
      assert.equal(await heading(page), 'Your account');
      const main = page.locator('main');
      assert.match(await main.innerText(), /Paperboat[^]*See your notes/);
      await press(page, page.locator('button[name=withdraw]'));
      assert.match(await page.locator('[role=status]').innerText(), /withdrawn/);
      assert.doesNotMatch(await main.innerText(), /Paperboat/);
      await page.goto(`${dev.app}/start`); // it must ask anew
      assert.equal(await heading(page), 'Paperboat asks for access');
    });

    // OpenID Connect Front-Channel Logout §2, §3, under our Content-Security-Policy.
    story('an app hears of the logout by a frame, and gets the browser back', async (page, dev) => {
      const app = await HearingApp.start(dev);
      try {
        const logout = await app.signIn(page, dev);
        await page.goto(logout, { waitUntil: 'commit' });
        if (!javaScriptEnabled) {
          assert.equal(await heading(page), 'You are signed out');
          await page.waitForLoadState();
          await press(page, page.locator('a.btn'));
        }
        await page.waitForURL(`${app.origin}/bye?state=a%20b`);
        assert.deepEqual(app.heard, [{ iss: dev.issuer, sid: app.sid }]);
        await page.goto(logout); // nobody is signed in: on at once
        assert.equal(page.url(), `${app.origin}/bye?state=a%20b`);
        assert.equal(app.heard.length, 1);
      } finally {
        await page.close(); // it may still ask for the app's icon
        app.stop();
      }
    });

    story('the account: a new password ends the other browser', async (page, dev) => {
      const other = await newPerson(browser, { javaScriptEnabled });
      const there = await other.newPage();
      for (const one of [page, there]) {
        await one.goto(`${dev.issuer}/account`);
        assert.equal(await heading(one), 'Sign in');
        await signIn(one);
        assert.equal(await heading(one), 'Your account');
      }
      await changePassword(page, 'wrong horse', 'staple and battery');
      assert.match(await page.locator('[role=alert]').innerText(), /current password/);
      await changePassword(page, 'correct horse', 'staple and battery');
      assert.match(await page.locator('[role=status]').innerText(), /is changed/);
      await page.reload(); // repeats nothing, asks nothing
      assert.equal(await heading(page), 'Your account');
      await there.reload();
      assert.equal(await heading(there), 'Sign in');
      await signIn(there);
      assert.match(await there.locator('[role=alert]').innerText(), /didn’t match/);
      await signIn(there, 'ada', 'staple and battery');
      assert.equal(await heading(there), 'Your account');
      await page.goto(`${dev.issuer}/account`);
      await press(page, page.locator('button[name=end]')); // and ends its new sign-in too
      assert.equal(await page.locator('button[name=end]').count(), 0);
      await there.reload();
      assert.equal(await heading(there), 'Sign in');
      await other.close();
    });

    // RFC 9700 §4.11.2
    story('an app that is not known ends on our own page', async (page, dev) => {
      const answer = await page.goto(dev.byHand({ client_id: 'nobody' }));
      assert.equal(answer.status(), 400);
      assert.equal(new URL(page.url()).origin, dev.issuer);
      // The developer's page says why.
      assert.match(await page.locator('main').innerText(), /nobody/);
    });
  });
}
