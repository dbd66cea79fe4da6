// A `grantd dev` of the test's own, and apps registered with it by the command line. Its clock can
// be moved. GRANTD names the binary.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const GRANTD = path.resolve(process.env.GRANTD ?? path.join(SOURCE, 'build/release/grantd'));
// The Debian package faketime, preloaded without its wrapper, which would stand between the server
// and the signals that end it. The variant for threads: the other one at times shows a thread the
// unmoved clock while a second one reads the file.
const [FAKETIME] = globSync('/usr/lib/*/faketime/libfaketimeMT.so.1');

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

export async function freePort() {
  for (let tries = 0; tries < 100; ++tries) {
    const port = 20000 + Math.floor(Math.random() * 40000);
    const free = await Promise.all([0, 1, 2, 3].map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
  throw new Error('no free ports were found');
}

export class Server {
  // `clock`: the calendar's clock of the server, of its command line and of whoever is started with
  // `environment` is one, and setClock() moves it. What measures durations (timers) is not moved.
  // `settings`: of the server, by their names in its environment.
  static async start({ clock = false, settings = {} } = {}) {
    const server = new Server();
    server.folder = mkdtempSync(path.join(tmpdir(), 'grantd-clients-'));
    server.data = path.join(server.folder, 'data');
    server.environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('GRANTD_')));
    Object.assign(server.environment, settings);
    if (clock) {
      if (!FAKETIME) throw new Error('the Debian package faketime is missing: dev/install test');
      server.setClock(0);
      Object.assign(server.environment, {
        LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: server.clock, FAKETIME_NO_CACHE: '1',
        DONT_FAKE_MONOTONIC: '1',
      });
    }
    const port = await freePort();
    [server.issuer, server.app, server.api] =
      [0, 1, 2].map((offset) => `http://127.0.0.1:${port + offset}`);
    server.process = spawn(
      GRANTD, ['dev', '--port', String(port), '--data', server.data, '--log', 'warning'],
      { env: server.environment, stdio: ['ignore', 'pipe', 'pipe'] });
    server.log = '';
    server.process.stderr.on('data', (text) => { server.log += text; });
    for await (const line of readline.createInterface({ input: server.process.stdout })) {
      if (line.startsWith('Ready in ')) return server;
    }
    throw new Error(`grantd dev did not start: ${server.log}`);
  }

  get clock() {
    return path.join(this.folder, 'clock');
  }

  // So many seconds later than it is. In one step: nobody may read half a file.
  setClock(seconds) {
    writeFileSync(`${this.clock}.new`, `+${seconds}\n`);
    renameSync(`${this.clock}.new`, this.clock);
  }

  // The command line, beside the running server.
  run(...words) {
    return execFileSync(GRANTD, [...words, ...this.config],
      { encoding: 'utf8', env: this.environment });
  }

  // The same, while this process goes on.
  run_beside(...words) {
    return promisify(execFile)(GRANTD, [...words, ...this.config], { env: this.environment });
  }

  get config() {
    return ['--config', path.join(this.data, 'grantd.toml')];
  }

  // Registers an app. Gives its client_id and its secret, which is null for a public one.
  app_named(id, ...options) {
    const secret = `the secret of ${id}: 0123456789abcdef`;
    const file = path.join(this.folder, `${id}.secret`);
    writeFileSync(file, secret, { mode: 0o600 });
    const confidential = !options.includes('--public');
    this.run('client', 'create', '--id', id, ...options,
             ...(confidential ? ['--secret-file', file] : []));
    return { id, secret: confidential ? secret : null };
  }

  // Registers an app that proves itself by its own keys, a list of public JWKs.
  signing_app(id, keys, ...options) {
    const file = path.join(this.folder, `${id}.jwks`);
    writeFileSync(file, JSON.stringify({ keys }));
    this.app_with(id, '--auth', 'private_key_jwt', '--jwks-file', file, ...options);
  }

  app_with(id, ...options) {
    this.run('client', 'create', '--id', id, ...options);
  }

  async stop() {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    const [code] = await ended;
    rmSync(this.folder, { recursive: true });
    if (code !== 0) throw new Error(`grantd dev ended with ${code}: ${this.log}`);
  }
}
