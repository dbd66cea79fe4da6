// simple-oauth2 as the app: it takes no answer that is not JSON, the one to a revocation included
// (RFC 7009 §2.2).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import simple from 'simple-oauth2';
import { Server } from './grantd.mjs';
import { Person } from './person.mjs';

const CALLBACK = 'https://app.example/callback';
const SCOPE = 'offline_access notes.read';
const REFUSED = (error) => error.output?.statusCode === 400 &&
  error.data.payload.error === 'invalid_grant';

let server;
let app;
before(async () => {
  server = await Server.start();
  const { id, secret } = server.app_named('simple', '--grant', 'authorization_code', '--grant',
    'refresh_token', '--redirect-uri', CALLBACK, '--scope', SCOPE, '--pkce', 'optional');
  app = new simple.AuthorizationCode({
    client: { id, secret },
    auth: { tokenHost: server.issuer, tokenPath: '/token', authorizePath: '/authorize',
            revokePath: '/revoke' },
  });
});
after(() => server?.stop());

async function signedIn() {
  const url = app.authorizeURL({ redirect_uri: CALLBACK, scope: SCOPE, state: 's-1' });
  const back = await new Person().walk(url, CALLBACK);
  assert.equal(back.searchParams.get('state'), 's-1');
  return { code: back.searchParams.get('code'), redirect_uri: CALLBACK };
}

test('code, refresh, revocation of both tokens', async () => {
  const token = await app.getToken(await signedIn());
  assert.equal(token.expired(600), false); // AppAuth, too, takes ten minutes for too few
  const renewed = await token.refresh();
  assert.notEqual(renewed.token.access_token, token.token.access_token);
  await token.revokeAll();
  await assert.rejects(token.refresh(), REFUSED);
});

test('a used code is refused', async () => {
  const answer = await signedIn();
  await app.getToken(answer);
  await assert.rejects(app.getToken(answer), REFUSED);
});
