// oauth4webapi, the strict client that checks each answer member by member, with each of the three
// ways to prove a client: both discovery documents, code with PKCE, state, nonce and iss, ID token
// by its signature, userinfo, refresh, introspection (plain and signed), access tokens as an API
// sees them, revocation, client_credentials, logout. And what must not work: a wrong state, nonce
// or verifier, a used code, a wrong secret, the response of another issuer (mix-up).
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oauth from 'oauth4webapi';
import { Server } from './grantd.mjs';
import { Person } from './person.mjs';

const CALLBACK = 'https://app.example/callback';
const BYE = 'https://app.example/bye';
const SCOPE = 'openid profile offline_access notes.read';
const HTTP = { [oauth.allowInsecureRequests]: true }; // on loopback

let server;
let as;
before(async () => {
  server = await Server.start();
  as = await discovered(server.issuer, 'oidc');
});
after(() => server?.stop());

async function discovered(issuer, algorithm) {
  const url = new URL(issuer);
  return oauth.processDiscoveryResponse(
    url, await oauth.discoveryRequest(url, { algorithm, ...HTTP }));
}

test('both documents say the same, and not for another issuer', async () => {
  assert.deepEqual(await discovered(server.issuer, 'oauth2'), as);
  const other = new URL(server.issuer.replace('127.0.0.1', 'localhost'));
  for (const algorithm of ['oidc', 'oauth2']) {
    await assert.rejects(
      async () => oauth.processDiscoveryResponse(
        other, await oauth.discoveryRequest(other, { algorithm, ...HTTP })),
      { code: oauth.JSON_ATTRIBUTE_COMPARISON }, algorithm);
  }
});

class App {
  constructor(id, auth, ...options) {
    const { secret } = server.app_named(id, ...options, '--redirect-uri', CALLBACK,
      '--post-logout-redirect-uri', BYE, '--scope', SCOPE);
    this.client = { client_id: id };
    this.auth = auth(secret);
    this.wrong = secret === null ? null : auth(`${secret}!`);
  }

  // One authorization request, answered for `person`.
  async asked(person, more = {}) {
    const asked = {
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      verifier: oauth.generateRandomCodeVerifier(),
    };
    const url = new URL(as.authorization_endpoint);
    url.search = new URLSearchParams({
      response_type: 'code', client_id: this.client.client_id, redirect_uri: CALLBACK,
      scope: SCOPE, state: asked.state, nonce: asked.nonce,
      code_challenge: await oauth.calculatePKCECodeChallenge(asked.verifier),
      code_challenge_method: 'S256', ...more,
    });
    asked.back = await person.walk(url, CALLBACK);
    return asked;
  }

  async redeemed({ back, state, nonce, verifier }, auth = this.auth) {
    const parameters = oauth.validateAuthResponse(as, this.client, back, state);
    const answer = await oauth.authorizationCodeGrantRequest(
      as, this.client, auth, parameters, CALLBACK, verifier, HTTP);
    const tokens = await oauth.processAuthorizationCodeResponse(as, this.client, answer, {
      expectedNonce: nonce, requireIdToken: true, maxAge: 600,
    });
    await oauth.validateApplicationLevelSignature(as, answer, HTTP);
    return { ...tokens, claims: oauth.getValidatedIdTokenClaims(tokens) };
  }

  async refreshed(token) {
    return oauth.processRefreshTokenResponse(as, this.client, await oauth.refreshTokenGrantRequest(
      as, this.client, this.auth, token, HTTP));
  }

  async userinfo({ access_token, claims }) {
    return oauth.processUserInfoResponse(as, this.client, claims.sub, await oauth.userInfoRequest(
      as, this.client, access_token, HTTP));
  }

  async introspected(token, client = this.client) {
    const answer = await oauth.introspectionRequest(as, client, this.auth, token, HTTP);
    const seen = await oauth.processIntrospectionResponse(as, client, answer);
    if (client.introspection_signed_response_alg) {
      assert.equal(answer.headers.get('content-type'), 'application/token-introspection+jwt');
      await oauth.validateApplicationLevelSignature(as, answer, HTTP);
    }
    return seen;
  }

  async revoked(token) {
    return oauth.processRevocationResponse(await oauth.revocationRequest(
      as, this.client, this.auth, token, HTTP));
  }
}

// The access token as the API checks it (RFC 9068).
const at_api = (token, audience) => oauth.validateJwtAccessToken(
  as, new Request(audience, { headers: { authorization: `Bearer ${token}` } }), audience, HTTP);

const code_is = (code) => (error) => error.code === code || assert.fail(error);
const invalid_grant = { error: 'invalid_grant' };
const invalid_token = (error) => error.cause?.[0]?.parameters?.error === 'invalid_token';

const GRANTS = ['--grant', 'authorization_code', '--grant', 'refresh_token'];
const APPS = [
  ['client_secret_basic', oauth.ClientSecretBasic, GRANTS],
  ['client_secret_post', oauth.ClientSecretPost, [...GRANTS, '--auth', 'client_secret_post']],
  ['none', () => oauth.None(), [...GRANTS, '--public']],
];

for (const [method, auth, options] of APPS) {
  describe(`oauth4webapi, ${method}`, () => {
    const person = new Person();
    let app;
    before(() => { app = new App(`app-${method}`, auth, ...options); });

    test('from the code to the logout', async () => {
      const asked = await app.asked(person);
      assert.equal(asked.back.searchParams.get('iss'), server.issuer); // RFC 9207
      const tokens = await app.redeemed(asked);
      assert.match((await app.userinfo(tokens)).name, /^Ada/);
      const seen = await at_api(tokens.access_token, server.api);
      assert.equal(seen.client_id, app.client.client_id);
      assert.equal(seen.sub, tokens.claims.sub);

      const renewed = await app.refreshed(tokens.refresh_token);
      assert.notEqual(renewed.access_token, tokens.access_token);
      assert.equal(oauth.getValidatedIdTokenClaims(renewed).auth_time, tokens.claims.auth_time);

      if (method !== 'none') {
        const plain = await app.introspected(renewed.access_token);
        assert.equal(plain.active, true);
        assert.equal(plain.sub, tokens.claims.sub);
        const signed = await app.introspected(renewed.access_token, // RFC 9701
          { ...app.client, introspection_signed_response_alg: 'RS256' });
        assert.deepEqual(signed, plain);
      }

      await app.revoked(renewed.refresh_token ?? tokens.refresh_token);
      await assert.rejects(app.refreshed(renewed.refresh_token ?? tokens.refresh_token),
        invalid_grant);
      await assert.rejects(app.userinfo({ ...tokens, access_token: renewed.access_token }),
        invalid_token);
      if (method !== 'none') {
        assert.deepEqual(await app.introspected(renewed.access_token), { active: false });
      }

      const leave = new URL(as.end_session_endpoint);
      leave.search = new URLSearchParams({
        id_token_hint: tokens.id_token, post_logout_redirect_uri: BYE, state: 'bye',
      });
      assert.equal((await person.walk(leave, BYE)).search, '?state=bye');
      const { back, state } = await app.asked(person, { prompt: 'none' });
      assert.throws(() => oauth.validateAuthResponse(as, app.client, back, state),
        { error: 'login_required' });
    });

    test('a wrong state or issuer is noticed before the code is sent', async () => {
      const { back, state } = await app.asked(person);
      const judged = (metadata, url, expected) => () =>
        oauth.validateAuthResponse(metadata, app.client, url, expected);
      assert.throws(judged(as, back, oauth.generateRandomState()),
        code_is(oauth.INVALID_RESPONSE));
      // Mix-up (RFC 9207 §1): sent to another issuer, answered by this one.
      assert.throws(judged({ ...as, issuer: 'https://other.example' }, back, state),
        code_is(oauth.INVALID_RESPONSE));
      // The same with the issuer left out, which its metadata says never happens.
      const without = new URL(back);
      without.searchParams.delete('iss');
      assert.throws(judged(as, without, state), code_is(oauth.INVALID_RESPONSE));
      judged(as, back, state)();
    });

    test('a wrong nonce or verifier, and what was refused stays refused', async () => {
      const asked = await app.asked(person);
      await assert.rejects(app.redeemed({ ...asked, nonce: 'another' }),
        code_is(oauth.JWT_CLAIM_COMPARISON));
      const again = await app.asked(person);
      await assert.rejects(
        app.redeemed({ ...again, verifier: oauth.generateRandomCodeVerifier() }), invalid_grant);
      await assert.rejects(app.redeemed(again), invalid_grant, 'a wrong verifier burns the code');
    });

    test('a used code ends what its first use gave', async () => {
      const asked = await app.asked(person);
      const tokens = await app.redeemed(asked);
      await app.userinfo(tokens);
      await assert.rejects(app.redeemed(asked), invalid_grant);
      await assert.rejects(app.refreshed(tokens.refresh_token), invalid_grant);
      await assert.rejects(app.userinfo(tokens), invalid_token);
    });

    if (method === 'none') return; // it has no secret
    test('a wrong secret', async () => {
      const asked = await app.asked(person);
      await assert.rejects(app.redeemed(asked, app.wrong), (error) => error.status === 401);
      await app.redeemed(asked); // nobody's wrong secret ends the code
    });
  });
}

test('oauth4webapi, client_credentials', async () => {
  const { secret } = server.app_named('robot', '--grant', 'client_credentials', '--scope',
    'notes.read');
  const client = { client_id: 'robot' };
  const ask = async (auth) => oauth.processClientCredentialsResponse(
    as, client, await oauth.clientCredentialsGrantRequest(as, client, auth, {}, HTTP));
  const tokens = await ask(oauth.ClientSecretBasic(secret));
  assert.equal((await at_api(tokens.access_token, server.api)).sub, 'robot');
  await assert.rejects(at_api(tokens.access_token, 'https://other.example/'),
    code_is(oauth.JWT_CLAIM_COMPARISON));
  await assert.rejects(ask(oauth.ClientSecretBasic('wrong')), (error) => error.status === 401);
});
