// jose from npm verifies tokens across key rotations, with a cached key set as an API has it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import * as jose from 'jose';
import { Server } from './grantd.mjs';

let server;
before(async () => { server = await Server.start(); });
after(() => server?.stop());

test('every token verifies while the keys rotate', async () => {
  const robot = server.app_named('robot', '--grant', 'client_credentials', '--scope', 'notes.read');
  const keys = jose.createRemoteJWKSet(new URL(`${server.issuer}/jwks`), { cooldownDuration: 0 });
  const authorization = 'Basic ' + Buffer.from(
    [robot.id, robot.secret].map(encodeURIComponent).join(':')).toString('base64');
  const kids = new Set();
  let rotated = 0;
  let verified = 0;
  const until = Date.now() + 4000;
  const rotate = (async () => {
    while (Date.now() < until) {
      server.run('key', 'rotate', '--use', 'sign');
      ++rotated;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  })();
  const kept = [];
  while (Date.now() < until) {
    const answer = await fetch(`${server.issuer}/token`, {
      method: 'POST', headers: { authorization },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    assert.equal(answer.status, 200);
    const { access_token } = await answer.json();
    const { protectedHeader } = await jose.jwtVerify(access_token, keys,
      { issuer: server.issuer, algorithms: ['ES256'], typ: 'at+jwt' });
    kids.add(protectedHeader.kid);
    kept.push(access_token);
    ++verified;
  }
  await rotate;
  // An API that starts now still verifies what was issued under the first key.
  const fresh = jose.createRemoteJWKSet(new URL(`${server.issuer}/jwks`));
  for (const token of [kept[0], kept[kept.length >> 1], kept.at(-1)]) {
    await jose.jwtVerify(token, fresh, { issuer: server.issuer });
  }
  assert.ok(rotated >= 3 && kids.size >= 3, `${rotated} rotations, ${kids.size} keys`);
  assert.ok(verified > 50, `${verified} tokens`);
});
