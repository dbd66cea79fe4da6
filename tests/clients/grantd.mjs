// A `grantd dev` of the test's own, and apps registered with it by the command line. GRANTD names
// the binary.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';

const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const GRANTD = path.resolve(process.env.GRANTD ?? path.join(SOURCE, 'build/release/grantd'));

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

async function freePort() {
  for (let tries = 0; tries < 100; ++tries) {
    const port = 20000 + Math.floor(Math.random() * 40000);
    const free = await Promise.all([0, 1, 2, 3].map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
  throw new Error('no free ports were found');
}

export class Server {
  static async start() {
    const server = new Server();
    server.folder = mkdtempSync(path.join(tmpdir(), 'grantd-clients-'));
    server.data = path.join(server.folder, 'data');
    const port = await freePort();
    [server.issuer, server.app, server.api] =
      [0, 1, 2].map((offset) => `http://127.0.0.1:${port + offset}`);
    server.process = spawn(
      GRANTD, ['dev', '--port', String(port), '--data', server.data, '--log', 'warning'],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    server.log = '';
    server.process.stderr.on('data', (text) => { server.log += text; });
    for await (const line of readline.createInterface({ input: server.process.stdout })) {
      if (line.startsWith('Ready in ')) return server;
    }
    throw new Error(`grantd dev did not start: ${server.log}`);
  }

  // The command line, beside the running server.
  run(...words) {
    const config = path.join(this.data, 'grantd.toml');
    return execFileSync(GRANTD, [...words, '--config', config], { encoding: 'utf8' });
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

  async stop() {
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    const [code] = await ended;
    rmSync(this.folder, { recursive: true });
    if (code !== 0) throw new Error(`grantd dev ended with ${code}: ${this.log}`);
  }
}
