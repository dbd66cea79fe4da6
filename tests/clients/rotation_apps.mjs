// The apps and APIs of rotation.test.mjs: a process of its own, so that it has the moved clock.
// Each lap every app gets tokens, and each verifier checks all new tokens and some older ones.
import assert from 'node:assert/strict';
import * as jose from 'jose';
import { Person } from './person.mjs';

const CALLBACK = 'https://app.example/callback';
const now = () => Date.now() / 1000;

class House {
  constructor({ issuer, robots, app }) {
    this.issuer = issuer;
    this.robots = robots;
    this.app = app;
    this.person = new Person();
    const jwks = new URL(`${issuer}/jwks`);
    // Three as jose makes them (kept 10 minutes; asked again for an unknown kid unless that was
    // less than 30 s ago) and one that never asks again before its 10 minutes are over.
    this.verifiers = [{}, {}, {}, { cooldownDuration: Infinity }].map((options, n) => ({
      keys: jose.createRemoteJWKSet(jwks, options), from: n * 7, // begins in this lap
    }));
    this.alive = [];
    this.kids = { ES256: new Set(), RS256: new Set() };
    this.laps = 0;
    this.verified = 0;
  }

  async ask(app, fields) {
    const answer = await fetch(`${this.issuer}/token`, {
      method: 'POST',
      headers: {
        authorization: 'Basic ' + Buffer.from(
          [app.id, app.secret].map(encodeURIComponent).join(':')).toString('base64'),
      },
      body: new URLSearchParams(fields),
    });
    const body = await answer.json();
    assert.equal(answer.status, 200, `${fields.grant_type}: ${JSON.stringify(body)}`);
    const got = [{ token: body.access_token, alg: 'ES256', typ: 'at+jwt' }];
    if (body.id_token) got.push({ token: body.id_token, alg: 'RS256', audience: app.id });
    return { got, refresh_token: body.refresh_token };
  }

  robot(app) {
    return this.ask(app, { grant_type: 'client_credentials' });
  }

  async code(challenge, verifier) {
    const back = await this.person.walk(`${this.issuer}/authorize?` + new URLSearchParams({
      response_type: 'code', client_id: this.app.id, redirect_uri: CALLBACK,
      scope: 'openid offline_access notes.read', state: 'a state', nonce: 'a nonce',
      code_challenge: challenge, code_challenge_method: 'S256',
    }), CALLBACK);
    return this.ask(this.app, {
      grant_type: 'authorization_code', code: back.searchParams.get('code'),
      redirect_uri: CALLBACK, code_verifier: verifier,
    });
  }

  async refresh(token) {
    const answer = await this.ask(this.app, { grant_type: 'refresh_token', refresh_token: token });
    assert.equal(answer.got.length, 2, 'an ID token comes with each refresh');
    return answer;
  }

  async lap() {
    const started = now();
    const [coded, ...others] = await Promise.all([
      this.code('E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', // RFC 7636, Appendix B
        'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'),
      ...(this.renewing ? [this.refresh(this.renewing)] : []),
      ...this.robots.map((app) => this.robot(app)),
    ]);
    this.renewing ??= coded.refresh_token; // the first one, until the end
    const fresh = [coded, ...others].flatMap((each) => each.got);
    for (const each of fresh) {
      const { kid, alg } = jose.decodeProtectedHeader(each.token);
      this.kids[alg].add(kid);
      each.expires = jose.decodeJwt(each.token).exp;
    }
    this.alive = this.alive.filter((each) => each.expires > started + 5);
    const older = [0, 0.3, 0.6].map((part) => this.alive[Math.floor(part * this.alive.length)]);
    const seen = [...fresh, ...older.filter(Boolean)];
    await Promise.all(this.verifiers.filter(({ from }) => from <= this.laps).map(
      ({ keys }) => Promise.all(seen.map((each) => this.verify(each, keys)))));
    this.alive.push(...fresh);
    ++this.laps;
    return { kids: { ES256: this.kids.ES256.size, RS256: this.kids.RS256.size } };
  }

  async verify({ token, alg, typ, audience }, keys) {
    await jose.jwtVerify(token, keys, { issuer: this.issuer, algorithms: [alg], typ, audience });
    ++this.verified;
  }

  // What an API that starts now says of the newest tokens.
  async refused() {
    const keys = jose.createRemoteJWKSet(new URL(`${this.issuer}/jwks`));
    return Promise.all(this.alive.slice(-this.robots.length).map((each) =>
      this.verify(each, keys).then(() => 'verified', (error) => error.code)));
  }
}

let house;
process.on('message', async ({ furnish, lap, judge }) => {
  try {
    if (furnish) house = new House(furnish);
    if (lap) process.send(await house.lap());
    else if (judge) process.send({ refused: await house.refused() });
    else process.send({ verified: house.verified });
  } catch (error) {
    process.send({ failed: `lap ${house?.laps}, ${new Date().toISOString()}: ${error.stack}` });
  }
});
