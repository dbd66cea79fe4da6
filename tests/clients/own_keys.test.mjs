// openid-client as an app that signs: private_key_jwt instead of a secret (OpenID Connect Core §9),
// and its authorization requests as signed objects (RFC 9101), with keys by value and by reference,
// which change while it runs.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import { after, before, describe, test } from 'node:test';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { Server } from './grantd.mjs';
import { Person } from './person.mjs';

const CALLBACK = 'https://app.example/callback';
const SCOPE = 'openid profile offline_access notes.read';
const GRANTS = ['--grant', 'authorization_code', '--grant', 'refresh_token'];

// invalid_client is a 401, which comes with a challenge (RFC 9110 §15.5.2).
const REFUSED = { code: 'OAUTH_WWW_AUTHENTICATE_CHALLENGE', status: 401 };

let server;
before(async () => {
  server = await Server.start({ settings: { GRANTD_OUTBOUND_ALLOW: '127.0.0.1' } });
});
after(() => server?.stop());

// A key pair of the app's: what it signs with, and what it publishes.
async function made(kid, alg = 'ES256') {
  const { privateKey, publicKey } = await jose.generateKeyPair(alg, { extractable: true });
  return { key: { key: privateKey, kid }, published: { ...await jose.exportJWK(publicKey), kid } };
}

async function discovered(id, key, modify) {
  const config = await oidc.discovery(
    new URL(server.issuer), id, undefined,
    oidc.PrivateKeyJwt(key, modify && { [oidc.modifyAssertion]: modify }),
    { execute: [oidc.allowInsecureRequests] }); // http on loopback
  oidc.enableNonRepudiationChecks(config);
  return config;
}

async function asked(extra = {}) {
  const verifier = oidc.randomPKCECodeVerifier();
  const checks = { pkceCodeVerifier: verifier, expectedState: oidc.randomState(),
                   expectedNonce: oidc.randomNonce(), idTokenExpected: true };
  const parameters = {
    redirect_uri: CALLBACK, scope: SCOPE, state: checks.expectedState,
    nonce: checks.expectedNonce, code_challenge_method: 'S256',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier), ...extra,
  };
  return { checks, parameters };
}

async function signedIn(config) {
  const { checks, parameters } = await asked();
  const back = await new Person().walk(oidc.buildAuthorizationUrl(config, parameters), CALLBACK);
  return oidc.authorizationCodeGrant(config, back, checks);
}

describe('private_key_jwt, keys by value', () => {
  for (const alg of ['ES256', 'RS256', 'PS256', 'EdDSA']) {
    test(`${alg}: code, refresh, introspection, revocation`, async () => {
      const id = `signs-${alg.toLowerCase()}`;
      const { key, published } = await made('one', alg);
      server.signing_app(id, [published], ...GRANTS, '--redirect-uri', CALLBACK, '--scope', SCOPE);
      const config = await discovered(id, key);
      const tokens = await signedIn(config);
      const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
      assert.equal(renewed.claims().sub, tokens.claims().sub);
      const seen = await oidc.tokenIntrospection(config, renewed.access_token);
      assert.equal(seen.active, true);
      await oidc.tokenRevocation(config, tokens.refresh_token);
      await assert.rejects(oidc.refreshTokenGrant(config, tokens.refresh_token),
        { error: 'invalid_grant' });
    });
  }

  test('another key, a used jti and a far end are refused', async () => {
    const { key, published } = await made('one');
    server.signing_app('strict', [published], '--grant', 'client_credentials', '--scope',
      'notes.read');
    const refused = async (config) =>
      assert.rejects(oidc.clientCredentialsGrant(config), REFUSED);
    await oidc.clientCredentialsGrant(await discovered('strict', key));
    await refused(await discovered('strict', (await made('one')).key));
    await refused(await discovered('strict', key, (_, payload) => { payload.exp += 3600; }));
    const same = await discovered('strict', key, (_, payload) => { payload.jti = 'always'; });
    await oidc.clientCredentialsGrant(same);
    await refused(same);
  });
});

test('keys by reference: a new key is met when it signs', async () => {
  const first = await made('first');
  const second = await made('second');
  let keys = [first.published];
  let reads = 0;
  const app = http.createServer((_, answer) => {
    ++reads;
    answer.setHeader('content-type', 'application/jwk-set+json');
    answer.end(JSON.stringify({ keys }));
  });
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
  try {
    server.app_with('rotates', '--auth', 'private_key_jwt', '--jwks-uri',
      `http://127.0.0.1:${app.address().port}/jwks.json`, '--grant', 'client_credentials',
      '--scope', 'notes.read');
    const before_it = await discovered('rotates', first.key);
    await oidc.clientCredentialsGrant(before_it);
    await oidc.clientCredentialsGrant(before_it);
    assert.equal(reads, 1, 'kept');
    keys = [second.published];
    const after_it = await discovered('rotates', second.key);
    // Read anew twice a minute at most (JW-04).
    const until = Date.now() + 40_000;
    for (;;) {
      try {
        await oidc.clientCredentialsGrant(after_it);
        break;
      } catch (error) {
        assert.equal(error.code, REFUSED.code);
        assert.ok(Date.now() < until, 'the new key was never met');
        await new Promise((resolve) => setTimeout(resolve, 1000));
      }
    }
    assert.equal(reads, 2);
    await assert.rejects(oidc.clientCredentialsGrant(before_it), REFUSED);
  } finally {
    app.closeAllConnections();
    app.close();
  }
});

describe('signed request objects', () => {
  let config, key;
  before(async () => {
    const own = await made('one');
    key = own.key;
    server.signing_app('signed', [own.published], ...GRANTS, '--redirect-uri', CALLBACK, '--scope',
      SCOPE, '--require-request-object', 'yes');
    config = await discovered('signed', key);
  });

  test('by value', async () => {
    const { checks, parameters } = await asked();
    const url = await oidc.buildAuthorizationUrlWithJAR(config, parameters, key);
    assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request']);
    const back = await new Person().walk(url, CALLBACK);
    const tokens = await oidc.authorizationCodeGrant(config, back, checks);
    assert.ok(tokens.claims().sub);
  });

  test('plain parameters, and another key, are refused', async () => {
    const { parameters } = await asked();
    const plain = await new Person().walk(oidc.buildAuthorizationUrl(config, parameters), CALLBACK);
    assert.equal(plain.searchParams.get('error'), 'invalid_request');
    const forged = await oidc.buildAuthorizationUrlWithJAR(
      config, parameters, (await made('one')).key);
    const back = await new Person().walk(forged, CALLBACK);
    assert.equal(back.searchParams.get('error'), 'invalid_request_object');
    assert.equal(back.searchParams.get('state'), null, 'what nobody signed is not sent back');
  });
});
