// `grantd login`, `token`, `call`, `logout` (the client library) at a provider that others wrote:
// oidc-provider. What it answers is changed on the way, to see what is dropped. RFC 8252 §7.3,
// RFC 9207 §2.4, OpenID Connect Core §3.1.3.7; CL-01, CL-03.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as jose from 'jose';
import Provider from 'oidc-provider';
import { Person } from './person.mjs';

const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const GRANTD = path.resolve(process.env.GRANTD ?? path.join(SOURCE, 'build/release/grantd'));
const SECRET = 'a secret with blanks & signs: 0123456789abcdef0123456789abcdef';

let issuer, listener, keys, foreign, home;
let change = null; // what becomes of a token answer on its way

async function pair(alg, kid) {
  const made = await jose.generateKeyPair(alg, { extractable: true });
  return { ...made, kid, alg, jwk: { ...await jose.exportJWK(made.privateKey), kid, alg,
                                     use: 'sig' } };
}

before(async () => {
  home = mkdtempSync(path.join(tmpdir(), 'grantd-foreign-'));
  keys = { RS256: await pair('RS256', 'rsa'), ES256: await pair('ES256', 'ec') };
  foreign = await pair('RS256', 'rsa');
  const app = await pair('ES256', 'app');
  writeFileSync(path.join(home, 'app.pem'), await jose.exportPKCS8(app.privateKey),
                { mode: 0o600 });
  writeFileSync(path.join(home, 'secret'), SECRET, { mode: 0o600 });
  listener = http.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => { listener.once('listening', resolve); });
  issuer = `http://127.0.0.1:${listener.address().port}`;
  const client = (id, method, more = {}) => ({
    client_id: id, token_endpoint_auth_method: method, application_type: 'native',
    redirect_uris: ['http://127.0.0.1/back'], grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'], ...more,
  });
  const provider = new Provider(issuer, {
    clients: [
      client('public', 'none'),
      client('es256', 'none', { id_token_signed_response_alg: 'ES256' }),
      client('basic', 'client_secret_basic', { client_secret: SECRET }),
      client('post', 'client_secret_post', { client_secret: SECRET }),
      client('signs', 'private_key_jwt', {
        jwks: { keys: [{ kty: 'EC', crv: 'P-256', x: app.jwk.x, y: app.jwk.y, kid: 'app' }] },
        token_endpoint_auth_signing_alg: 'ES256' }),
    ],
    jwks: { keys: Object.values(keys).map((each) => each.jwk) },
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    enabledJWA: { clientAuthSigningAlgValues: ['ES256'],
                  idTokenSigningAlgValues: ['RS256', 'ES256'] },
    features: { revocation: { enabled: true }, rpInitiatedLogout: { enabled: true } },
    cookies: { keys: ['a key of the test'] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, RefreshToken: 3600,
           Session: 3600, Interaction: 600, Grant: 3600 },
    issueRefreshToken: async () => true,
  });
  provider.use(async (context, next) => {
    await next();
    if (context.path === '/token' && context.body?.id_token && change) {
      context.body = { ...context.body, ...await change(context.body) };
    }
  });
  listener.on('request', provider.callback());
});
after(() => {
  listener?.close();
  listener?.closeAllConnections();
  if (home) rmSync(home, { recursive: true });
});
beforeEach(() => { change = null; });

function run(...words) {
  const environment = Object.fromEntries(Object.entries(process.env).filter(
    ([name]) => !/^(GRANTD_|XDG_|DISPLAY|WAYLAND|BROWSER|DBUS)/.test(name)));
  const child = spawn(GRANTD, words, { env: { ...environment, HOME: home } });
  const told = { out: '', err: '' };
  child.stdout.on('data', (text) => { told.out += text; });
  const address = new Promise((resolve) => {
    child.stderr.on('data', (text) => {
      told.err += text;
      const found = /^ {2}(http\S+)\n/m.exec(told.err);
      if (found) resolve(found[1]);
    });
    child.once('close', () => resolve(null));
  });
  const ended = new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, ...told }));
  });
  return { address, ended };
}

async function good(...words) {
  const { code, out, err } = await run(...words).ended;
  assert.equal(code, 0, err);
  return out;
}

// The provider's own pages: a form to sign in, one to allow.
async function walk(person, url) {
  let at = new URL(url);
  let reply = await person.send(at);
  for (let steps = 0; steps < 20; ++steps) {
    if (reply.status >= 300 && reply.status < 400) {
      at = new URL(reply.headers.get('location'), at);
      if (at.pathname === '/back') return at;
      reply = await person.send(at);
      continue;
    }
    const page = await reply.text();
    const action = /<form[^>]*action="([^"]*)"/.exec(page)?.[1];
    const prompt = /name="prompt" value="([^"]*)"/.exec(page)?.[1];
    assert.ok(action && prompt, `${reply.status} at ${at}: ${page}`);
    at = new URL(action, at);
    reply = await person.send(at, { method: 'POST', body: new URLSearchParams(
      { prompt, ...(prompt === 'login' ? { login: 'ada', password: 'any' } : {}) }) });
  }
  throw new Error('the walk has no end');
}

// `bend`: what becomes of the address that leads back.
async function login(id, words = [], bend = async (back) => back) {
  const { address, ended } = run(
    'login', '--issuer', issuer, '--client-id', id, '--redirect-uri', 'http://127.0.0.1/back',
    '--keep', 'file', '--no-browser', '--profile', id, ...words);
  const url = await address;
  if (!url) return ended;
  const back = await bend(await walk(new Person(), url));
  const page = await fetch(back);
  return { ...await ended, page: page.status, back };
}

const kept = (id) => path.join(home, '.local/state/grantd/logins', id);

// The ID token with other claims, signed by the provider's own key, or another.
const said = (claims, key = () => keys.RS256) => async ({ id_token: text }) => ({
  id_token: await new jose.SignJWT({ ...jose.decodeJwt(text), ...claims })
    .setProtectedHeader(jose.decodeProtectedHeader(text)).sign(key().privateKey),
});

describe('grantd at oidc-provider', () => {
  for (const [id, words] of [
    ['public', []],
    ['es256', []],
    ['basic', ['--client-secret-file', 'SECRET']],
    ['post', ['--client-secret-file', 'SECRET', '--auth', 'client_secret_post']],
    ['signs', ['--key-file', 'KEY', '--kid', 'app']],
  ]) {
    test(`signs in, refreshes, calls and signs out: ${id}`, async () => {
      const { code, out, err, page } = await login(id, words.map(
        (word) => word.replace('SECRET', path.join(home, 'secret'))
          .replace('KEY', path.join(home, 'app.pem'))));
      assert.equal(code, 0, err);
      assert.equal(page, 200);
      assert.ok(out.includes('You are signed in as ada'), out);
      const first = await good('token', '--profile', id);
      const about = JSON.parse(await good('call', `${issuer}/me`, '--profile', id));
      assert.equal(about.sub, 'ada');

      const login_file = JSON.parse(readFileSync(kept(id), 'utf8'));
      writeFileSync(kept(id), JSON.stringify({ ...login_file, expires_at: 1 }));
      const second = await good('token', '--profile', id);
      assert.notEqual(second, first);
      assert.equal(statSync(kept(id)).mode & 0o777, 0o600);

      const goodbye = JSON.parse(await good('logout', '--json', '--profile', id));
      assert.equal(goodbye.revoked, true);
      assert.ok(goodbye.end_session_url.startsWith(`${issuer}/session/end?id_token_hint=`));
      assert.equal((await fetch(`${issuer}/me`, {
        headers: { authorization: `Bearer ${second.trim()}` } })).status, 401);
    });
  }

  const past = Math.floor(Date.now() / 1000) - 3600;
  for (const [what, becomes] of [
    ['another nonce', said({ nonce: 'another' })],
    ['no nonce', said({ nonce: undefined })],
    ['another issuer', said({ iss: 'https://evil.example' })],
    ['another audience', said({ aud: 'another' })],
    ['a second audience', said({ aud: ['public', 'another'] })],
    ['another authorized party', said({ azp: 'another' })],
    ['an end in the past', said({ exp: past })],
    ['the hash of another access token', said({ at_hash: 'AAAAAAAAAAAAAAAAAAAAAA' })],
    ['no person', said({ sub: undefined })],
    ['a foreign key under the known name', said({}, () => foreign)],
    ['no ID token', async () => ({ id_token: undefined })],
    ['another token type', async () => ({ token_type: 'mac' })],
  ]) {
    test(`signs nobody in by an answer with ${what}`, async () => {
      change = becomes;
      const { code, out, page } = await login('public');
      assert.equal(code, 1);
      assert.equal(out, '');
      assert.equal(page, 400);
      assert.equal((await run('token', '--profile', 'public').ended).code, 1);
    });
  }

  test('an unchanged answer passes through the same hands', async () => {
    change = said({});
    assert.equal((await login('public')).code, 0);
    await good('logout', '--profile', 'public');
  });

  test('drops a callback of another issuer, and waits on at one with another state', async () => {
    const other = await login('public', [], async (back) => {
      const bent = new URL(back);
      bent.searchParams.set('state', 'another');
      assert.equal((await fetch(bent)).status, 400);
      back.searchParams.set('iss', 'https://evil.example');
      return back;
    });
    assert.deepEqual([other.code, other.page], [1, 400]);
  });

  // RFC 9700 §4.5: a code that was slipped in from another sign-in, used already or not.
  test('a code of another sign-in gives nothing', async () => {
    let used;
    const first = await login('public', [], async (back) => {
      used = back.searchParams.get('code');
      return back;
    });
    assert.equal(first.code, 0);
    await good('logout', '--profile', 'public');
    let unused;
    await login('public', [], async (back) => {
      unused = back.searchParams.get('code');
      back.searchParams.delete('code');
      back.searchParams.set('error', 'access_denied');
      return back;
    });
    for (const code of [used, unused]) {
      const other = await login('public', [], async (back) => {
        back.searchParams.set('code', code);
        return back;
      });
      assert.deepEqual([other.code, other.page], [1, 400]);
      assert.match(other.err, /invalid_grant/);
    }
  });
});
