// openid-client registers itself (RFC 7591), runs the flow, looks after its registration (RFC 7592)
// and goes; with a secret, and with a key of its own.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import * as jose from 'jose';
import * as oidc from 'openid-client';
import { Server } from './grantd.mjs';
import { Person } from './person.mjs';

const CALLBACK = 'https://app.example/callback';
const SCOPE = 'openid profile offline_access';
const ASKED = {
  client_name: 'Registered by itself',
  redirect_uris: [CALLBACK],
  grant_types: ['authorization_code', 'refresh_token'],
};

let server;
before(async () => {
  server = await Server.start({ settings: { GRANTD_REGISTRATION_MODE: 'open' } });
});
after(() => server?.stop());

async function registered(more = {}, clientAuthentication = oidc.ClientSecretBasic()) {
  const config = await oidc.dynamicClientRegistration(
    new URL(server.issuer), { ...ASKED, ...more }, clientAuthentication,
    { execute: [oidc.allowInsecureRequests] }); // http on loopback
  oidc.enableNonRepudiationChecks(config);
  return config;
}

async function signedIn(config, wrong = {}) {
  const checks = { pkceCodeVerifier: oidc.randomPKCECodeVerifier(),
                   expectedState: oidc.randomState(), expectedNonce: oidc.randomNonce(),
                   idTokenExpected: true };
  const url = oidc.buildAuthorizationUrl(config, {
    redirect_uri: CALLBACK, scope: SCOPE, state: checks.expectedState, prompt: 'consent',
    nonce: checks.expectedNonce, code_challenge_method: 'S256',
    code_challenge: await oidc.calculatePKCECodeChallenge(checks.pkceCodeVerifier),
  });
  const back = await new Person().walk(url, CALLBACK);
  const tokens = () => oidc.authorizationCodeGrant(config, back, { ...checks, ...wrong });
  return { tokens: await tokens(), again: tokens };
}

// The registration as the server keeps it, by the token that came with it.
async function managed(config, options = {}) {
  const { registration_client_uri: uri, registration_access_token: token } =
    config.clientMetadata();
  return fetch(uri, { ...options, headers: { authorization: `Bearer ${token}`,
                                             'content-type': 'application/json' } });
}

describe('openid-client, registered by itself', () => {
  test('with a secret: flow, refresh, userinfo, a changed name, the end', async () => {
    const config = await registered();
    const { tokens, again } = await signedIn(config);
    const claims = tokens.claims();
    const person = await oidc.fetchUserInfo(config, tokens.access_token, claims.sub);
    assert.match(person.name, /^Ada/);
    const renewed = await oidc.refreshTokenGrant(config, tokens.refresh_token);
    assert.equal(renewed.claims().sub, claims.sub);
    await assert.rejects(again(), { error: 'invalid_grant' }, 'a used code');

    const kept = await (await managed(config)).json();
    assert.equal(kept.client_name, ASKED.client_name);
    for (const name of ['registration_access_token', 'registration_client_uri',
      'client_secret_expires_at', 'client_id_issued_at']) {
      delete kept[name];
    }
    const changed = await managed(config, {
      method: 'PUT', body: JSON.stringify({ ...kept, client_name: 'Another name' }),
    });
    assert.equal(changed.status, 200, await changed.clone().text());
    assert.equal((await changed.json()).client_name, 'Another name');

    assert.equal((await managed(config, { method: 'DELETE' })).status, 204);
    assert.equal((await managed(config)).status, 401);
    await assert.rejects(oidc.refreshTokenGrant(config, renewed.refresh_token), { status: 401 });
  });

  test('with a key of its own', async () => {
    const { privateKey, publicKey } = await jose.generateKeyPair('ES256');
    const config = await registered({
      token_endpoint_auth_method: 'private_key_jwt', id_token_signed_response_alg: 'ES256',
      jwks: { keys: [{ ...await jose.exportJWK(publicKey), kid: 'own', alg: 'ES256' }] },
    }, oidc.PrivateKeyJwt({ key: privateKey, kid: 'own' }));
    const { tokens } = await signedIn(config);
    assert.equal(jose.decodeProtectedHeader(tokens.id_token).alg, 'ES256');
    assert.equal(config.clientMetadata().client_secret, undefined);
  });

  test('a wrong nonce is noticed; what may not be registered is refused', async () => {
    const config = await registered();
    await assert.rejects(signedIn(config, { expectedNonce: 'another' }), { name: 'ClientError' });
    for (const wrong of [{ redirect_uris: ['https://app.example/cb#x'] },
      { grant_types: ['implicit'] }, { id_token_signed_response_alg: 'none' }]) {
      await assert.rejects(registered(wrong), (error) =>
        error.status === 400 &&
        ['invalid_redirect_uri', 'invalid_client_metadata'].includes(error.error),
      JSON.stringify(wrong));
    }
  });
});
