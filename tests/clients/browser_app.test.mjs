// oidc-client-ts in a real page in Chromium: a single-page app, a public client on an origin of its
// own. Sign-in by redirect with PKCE, token endpoint and userinfo read by CORS, renewal by refresh
// token, revocation, logout that leads back to the page. Negatives: a page of another origin that
// holds a good code and verifier reads no answer; the library refuses a state that it did not begin
// and a nonce that it did not send; a used code.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import { decide, launch, newPerson, signIn } from '../browser/grantd.mjs';
import { Server } from './grantd.mjs';

const LIBRARY = new URL('node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js',
  import.meta.url);
const SCOPE = 'openid profile email offline_access notes.read';

// The app: the library and what a page of it would do, which the tests call by name.
const PAGE = (issuer) => `<!doctype html><meta charset="utf-8"><title>An app</title>
<script src="/oidc-client-ts.min.js"></script>
<script>
  const manager = new oidc.UserManager({
    authority: ${JSON.stringify(issuer)},
    client_id: 'page',
    redirect_uri: location.origin + '/callback',
    post_logout_redirect_uri: location.origin + '/bye',
    scope: ${JSON.stringify(SCOPE)},
    loadUserInfo: true,
    automaticSilentRenew: false,
  });
</script>`;

async function serve(issuer) {
  const library = readFileSync(LIBRARY);
  const server = http.createServer((request, reply) => {
    const script = request.url === '/oidc-client-ts.min.js';
    reply.writeHead(request.url === '/favicon.ico' ? 204 : 200, {
      'content-type': script ? 'text/javascript' : 'text/html; charset=utf-8',
    });
    reply.end(script ? library : PAGE(issuer));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.origin = `http://127.0.0.1:${server.address().port}`;
  return server;
}

let server;
let app;
let stranger;
let browser;
before(async () => {
  server = await Server.start();
  [app, stranger] = await Promise.all([serve(server.issuer), serve(server.issuer)]);
  server.app_named('page', '--public', '--grant', 'authorization_code', '--grant', 'refresh_token',
    '--redirect-uri', `${app.origin}/callback`, '--post-logout-redirect-uri', `${app.origin}/bye`,
    '--scope', SCOPE);
  browser = await launch();
});
after(async () => {
  await browser?.close();
  app?.close();
  stranger?.close();
  await server?.stop();
});

// A page of the app in a browser of its own, which must not complain.
async function opened(t) {
  const person = await newPerson(browser);
  t.after(() => person.close());
  const page = await person.newPage();
  await page.goto(app.origin);
  return page;
}

// From the app to its callback, with its address not yet used. `more`: of signinRedirect().
async function called_back(page, more = {}) {
  await page.goto(app.origin);
  const at_grantd = page.waitForURL(`${server.issuer}/**`);
  await page.evaluate((args) => { manager.signinRedirect(args); }, more);
  await at_grantd;
  await signIn(page);
  await decide(page, 'allow');
  await page.waitForURL(`${app.origin}/callback?**`);
}

// What the library makes of an answer: the person, or what it says.
const finish = (page, url) => page.evaluate(
  (at) => manager.signinRedirectCallback(at).then(
    (user) => ({ user: { ...user, expired: user.expired } }),
    (error) => ({ error: error.error ?? error.message })),
  url ?? page.url());

const renew = (page) => page.evaluate(() => manager.signinSilent().then(
  (user) => ({ user }), (error) => ({ error: error.error ?? error.message })));

const ask_userinfo = (page, token) => page.evaluate(async ([url, bearer]) => {
  const answer = await fetch(url, { headers: { authorization: `Bearer ${bearer}` } });
  return { status: answer.status, challenge: answer.headers.get('www-authenticate') };
}, [`${server.issuer}/userinfo`, token]);

test('sign-in, renewal, revocation, logout', async (t) => {
  const page = await opened(t);
  await called_back(page, { nonce: 'a nonce' });
  assert.equal(new URL(page.url()).searchParams.get('iss'), server.issuer);
  const { user, error } = await finish(page);
  assert.equal(error, undefined);
  assert.match(user.profile.name, /^Ada/); // by userinfo
  assert.equal(user.profile.iss, server.issuer);
  assert.equal(user.expired, false);
  assert.equal((await ask_userinfo(page, user.access_token)).status, 200);

  const renewed = (await renew(page)).user;
  assert.notEqual(renewed.access_token, user.access_token);
  assert.notEqual(renewed.refresh_token, user.refresh_token); // it rotates
  assert.equal(renewed.profile.sub, user.profile.sub);

  await page.evaluate(() => manager.revokeTokens(['refresh_token']));
  const refused = await ask_userinfo(page, renewed.access_token);
  assert.equal(refused.status, 401);
  assert.match(refused.challenge, /error="invalid_token"/); // the page may read why
  // The library forgot the token, as it should: by hand.
  const again = await page.evaluate(async ([url, token]) => {
    const answer = await fetch(url, { method: 'POST', body: new URLSearchParams({
      grant_type: 'refresh_token', client_id: 'page', refresh_token: token }) });
    return { status: answer.status, error: (await answer.json()).error };
  }, [`${server.issuer}/token`, renewed.refresh_token]);
  assert.deepEqual(again, { status: 400, error: 'invalid_grant' });

  const left = page.waitForURL(`${app.origin}/bye**`);
  await page.evaluate(() => { manager.signoutRedirect({ state: 'so long' }); });
  await left;
  assert.equal(await page.evaluate(() => manager.signoutRedirectCallback().then(
    (answer) => answer.userState)), 'so long');
  // grantd's session has ended too.
  await page.goto(app.origin);
  const at_grantd = page.waitForURL(`${server.issuer}/**`);
  await page.evaluate(() => { manager.signinRedirect(); });
  await at_grantd;
  await page.locator('#password').waitFor();
});

test('a page of another origin reads no answer', async (t) => {
  const page = await opened(t);
  await called_back(page);
  const code = new URL(page.url()).searchParams.get('code');
  const verifier = await page.evaluate(() => {
    const [key] = Object.keys(localStorage).filter((name) => name.startsWith('oidc.'));
    return JSON.parse(localStorage[key]).code_verifier;
  });
  const body = {
    grant_type: 'authorization_code', client_id: 'page', code, code_verifier: verifier,
    redirect_uri: `${app.origin}/callback`,
  };
  const context = await browser.newContext();
  t.after(() => context.close());
  const other = await context.newPage();
  const post = (at, url, fields, headers) => at.evaluate(
    ([to, form, more]) => fetch(to, {
      method: 'POST', body: new URLSearchParams(form), headers: more,
    }).then((answer) => answer.json(), (error) => error.name),
    [url, fields, headers]);
  const at_home = await post(page, `${server.issuer}/token`, { ...body, code: 'x' });
  assert.equal(at_home.error, 'invalid_grant', 'the app itself reads the same answer');
  for (const origin of [stranger.origin, stranger.origin.replace('127.0.0.1', 'localhost')]) {
    await other.goto(origin);
    // Public documents are for everybody.
    assert.equal((await other.evaluate((url) => fetch(url).then((answer) => answer.json()),
      `${server.issuer}/.well-known/openid-configuration`)).issuer, server.issuer);
    assert.equal(await post(other, `${server.issuer}/token`, { ...body, code: 'x' }), 'TypeError');
    assert.equal(await post(other, `${server.issuer}/token`, body), 'TypeError');
    assert.equal(await post(other, `${server.issuer}/token`, body,
      { authorization: 'Basic cGFnZTo=' }), 'TypeError');
  }
});

test('the library refuses a state that it did not begin, and grantd a used code', async (t) => {
  const page = await opened(t);
  await called_back(page);
  const back = page.url();
  const altered = new URL(back);
  altered.searchParams.set('state', 'another');
  assert.match((await finish(page, altered.href)).error, /No matching state/);
  const kept = await page.evaluate(() => ({ ...localStorage }));
  const { user } = await finish(page, back);
  assert.ok(user);
  assert.match((await finish(page, back)).error, /No matching state/); // it asks but once
  await page.evaluate((items) => Object.assign(localStorage, items), kept);
  assert.equal((await finish(page, back)).error, 'invalid_grant'); // and when made to ask
  assert.equal((await ask_userinfo(page, user.access_token)).status, 401); // and the grant ended
});

test('the library refuses a nonce that it did not send', async (t) => {
  const page = await opened(t);
  await called_back(page, { nonce: 'the one that was sent' });
  await page.evaluate(() => {
    const [key] = Object.keys(localStorage).filter((name) => name.startsWith('oidc.'));
    localStorage[key] = JSON.stringify({ ...JSON.parse(localStorage[key]), nonce: 'another' });
  });
  assert.match((await finish(page)).error, /nonce/);
  assert.equal(await page.evaluate(() => manager.getUser()), null);
});
