// openid-client (certified by the OpenID Foundation) as the app: discovery, code with PKCE, ID
// token checked by its signature, userinfo, refresh, introspection, revocation, logout.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as oidc from 'openid-client';
import { Server } from './grantd.mjs';
import { Person } from './person.mjs';

const CALLBACK = 'https://app.example/callback';
const BYE = 'https://app.example/bye';
const SCOPE = 'openid profile email offline_access notes.read';

let server;
before(async () => { server = await Server.start(); });
after(() => server?.stop());

async function discovered(app) {
  const config = await oidc.discovery(
    new URL(server.issuer), app.id, undefined,
    app.secret === null ? oidc.None() : oidc.ClientSecretBasic(app.secret),
    { execute: [oidc.allowInsecureRequests] }); // http on loopback
  oidc.enableNonRepudiationChecks(config); // verifies the ID token's signature by /jwks
  return config;
}

// One authorization request, and what checks its answer.
async function begin(config, more = {}) {
  const checks = {
    pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
    expectedState: oidc.randomState(),
    expectedNonce: oidc.randomNonce(),
    idTokenExpected: true,
  };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK,
    scope: SCOPE,
    state: checks.expectedState,
    nonce: checks.expectedNonce,
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return { url, checks };
}

async function signedIn(config, person, more = {}) {
  const { url, checks } = await begin(config, more);
  const back = await person.walk(url, CALLBACK);
  return { back, checks, tokens: await oidc.authorizationCodeGrant(config, back, checks) };
}

const APPS = [
  ['confidential', ['--grant', 'authorization_code', '--grant', 'refresh_token']],
  ['public', ['--public', '--grant', 'authorization_code', '--grant', 'refresh_token']],
];

for (const [kind, options] of APPS) {
  describe(`openid-client, ${kind}`, () => {
    let config;
    before(async () => {
      const app = server.app_named(`app-${kind}`, ...options, '--redirect-uri', CALLBACK,
        '--post-logout-redirect-uri', BYE, '--scope', SCOPE);
      config = await discovered(app);
    });

    test('from discovery to logout', async () => {
      const person = new Person();
      const { tokens } = await signedIn(config, person);
      const claims = tokens.claims();
      assert.equal(claims.iss, server.issuer);
      assert.ok(claims.auth_time && claims.sid && claims.at_hash && claims.acr);
      assert.equal(claims.name, undefined, 'scope claims go to userinfo');

      const person_claims = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
      assert.match(person_claims.name, /^Ada/);
      assert.equal(typeof person_claims.email, 'string');

      const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
      assert.equal(renewed.claims().sub, claims.sub);
      assert.equal(renewed.claims().auth_time, claims.auth_time);
      assert.equal(renewed.claims().nonce, undefined);
      await oidc.fetchUserInfo(config, renewed.access_token, claims.sub);

      if (kind === 'confidential') {
        const seen = await oidc.tokenIntrospection(config, renewed.access_token);
        assert.equal(seen.active, true);
        assert.equal(seen.client_id, 'app-confidential');
        assert.equal(seen.sub, claims.sub);
      }

      await oidc.tokenRevocation(config, renewed.refresh_token ?? tokens.refresh_token);
      await assert.rejects(oidc.fetchUserInfo(config, renewed.access_token, claims.sub),
        (error) => error.cause?.[0]?.parameters?.error === 'invalid_token' || error.status === 401);
      await assert.rejects(
        oidc.refreshTokenGrant(config, renewed.refresh_token ?? tokens.refresh_token),
        { error: 'invalid_grant' });

      const bye = oidc.buildEndSessionUrl(config, {
        post_logout_redirect_uri: BYE, id_token_hint: tokens.id_token, state: 'so long',
      });
      const left = await person.walk(bye, BYE);
      assert.equal(left.searchParams.get('state'), 'so long');
      const { url } = await begin(config, { prompt: 'none' });
      const silent = await person.walk(url, CALLBACK);
      assert.equal(silent.searchParams.get('error'), 'login_required');
    });

    test('prompt=none after a login: the same person and auth_time', async () => {
      const person = new Person();
      const first = (await signedIn(config, person)).tokens.claims();
      const { tokens } = await signedIn(config, person, { prompt: 'none', max_age: '3600' });
      assert.equal(tokens.claims().sub, first.sub);
      assert.equal(tokens.claims().auth_time, first.auth_time);
    });

    test('a wrong nonce, state or verifier and a used code are noticed', async () => {
      const person = new Person();
      for (const wrong of ['expectedNonce', 'expectedState', 'pkceCodeVerifier']) {
        const { url, checks } = await begin(config);
        const back = await person.walk(url, CALLBACK);
        await assert.rejects(
          oidc.authorizationCodeGrant(
            config, back, { ...checks, [wrong]: oidc.randomPKCECodeVerifier() }),
          wrong === 'pkceCodeVerifier' ? { error: 'invalid_grant' } : { name: 'ClientError' },
          wrong);
      }
      const { back, checks, tokens } = await signedIn(config, person);
      await assert.rejects(oidc.authorizationCodeGrant(config, back, checks),
        { error: 'invalid_grant' });
      await assert.rejects(
        oidc.fetchUserInfo(config, tokens.access_token, tokens.claims().sub), /./,
        'what the first use gave is dead');
    });

    test('denied', async () => {
      const { url, checks } = await begin(config, { prompt: 'consent' });
      const back = await new Person('grace', 'battery staple').walk(url, CALLBACK, 'deny');
      await assert.rejects(oidc.authorizationCodeGrant(config, back, checks),
        { error: 'access_denied' });
    });
  });
}
