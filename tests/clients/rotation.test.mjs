// jose from npm verifies every token that several apps get, access tokens (ES256) and ID tokens
// (RS256), while all keys of the server rotate again and again: not one fails. After an emergency
// rotation the tokens from before are refused. Checklist JW-14.
//
// What the clocks do. The server, its command line and the process of the apps and APIs
// (rotation_apps.mjs) share one clock, which this test moves by libfaketime: 30 seconds between two
// laps of the apps, and hours or days between two rotations, while no request is under way. Within
// a lap it goes as real time does. Rotations run beside a lap. So jose's caches age as they would
// in those days, and no limit of grantd or jose is set lower than it is; timers, which the caches
// do not use, are not moved.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { Server } from './grantd.mjs';

const ROTATIONS = 6;
const STEP = 30; // seconds
const LAPS = 24; // a next key must have been published for 11 minutes (docs/keys.md)
const PAUSES = [7, 30, 1, 19, 72, 5]; // hours between the rotations

let server;
let apps;
let clock = 0;

async function ask(message) {
  apps.send(message);
  const [answer] = await once(apps, 'message');
  assert.equal(answer.failed, undefined, `${answer.failed}\n${server.log}`);
  return answer;
}

function move(seconds) {
  clock += seconds;
  server.setClock(clock);
}

before(async () => {
  server = await Server.start({ clock: true });
  const robots = ['robot-1', 'robot-2', 'robot-3'].map(
    (id) => server.app_named(id, '--grant', 'client_credentials', '--scope', 'notes.read'));
  const app = server.app_named('app', '--consent', 'implied', '--grant', 'authorization_code',
    '--grant', 'refresh_token', '--redirect-uri', 'https://app.example/callback', '--scope',
    'openid offline_access notes.read');
  apps = fork(new URL('rotation_apps.mjs', import.meta.url), { env: server.environment });
  await ask({ furnish: { issuer: server.issuer, robots, app } });
});

after(async () => {
  if (apps) {
    apps.disconnect();
    await once(apps, 'exit');
  }
  await server?.stop();
});

test('every token verifies while the keys rotate, and none after an emergency', async (t) => {
  // The server makes the first next keys a second after its start.
  while (!/RS256 +next/.test(server.run('key', 'list'))) await promisify(setTimeout)(50);
  let kids;
  for (let rotated = 0; rotated < ROTATIONS; ++rotated) {
    for (let lap = 0; lap < LAPS; ++lap) {
      ({ kids } = await ask({ lap: true }));
      move(STEP);
    }
    const [lap] = await Promise.all([
      ask({ lap: true }),
      ...['sign', 'seal_front', 'seal_refresh'].map(
        (use) => server.run_beside('key', 'rotate', '--use', use)),
    ]);
    assert.ok(lap.kids.ES256 > rotated && lap.kids.RS256 > rotated, JSON.stringify(lap));
    for (let more = 0; more < 3; ++more) await ask({ lap: true }); // within the same seconds
    move(PAUSES[rotated] * 3600);
  }
  ({ kids } = await ask({ lap: true }));
  assert.deepEqual(kids, { ES256: ROTATIONS + 1, RS256: ROTATIONS + 1 });
  const { verified } = await ask({});
  assert.ok(verified > 10 * LAPS * ROTATIONS, `${verified} were verified`);

  assert.deepEqual((await ask({ judge: true })).refused, Array(3).fill('verified'));
  server.run('key', 'rotate', '--use', 'sign', '--emergency', '--yes');
  assert.deepEqual((await ask({ judge: true })).refused,
    Array(3).fill('ERR_JWKS_NO_MATCHING_KEY'));
  t.diagnostic(`${verified} checks of tokens over ${ROTATIONS} rotations`);
});
