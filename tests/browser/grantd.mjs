// A `grantd dev` of the test's own, and Chromium as a person would have it. GRANTD names the
// binary.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';

const SOURCE = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const GRANTD = path.resolve(process.env.GRANTD ?? path.join(SOURCE, 'build/release/grantd'));
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const FAKETIME = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

export const SCREENSHOTS = path.join(SOURCE, 'build/screenshots');

const isFree = (port) =>
  new Promise((resolve) => {
    const probe = net.createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });

// The first of ten ports in a row of which those that `grantd dev` names are free.
async function freePort() {
  for (let tries = 0; tries < 100; ++tries) {
    const port = 20000 + Math.floor(Math.random() * 40000);
    const free = await Promise.all([0, 1, 2, 3, 9].map((offset) => isFree(port + offset)));
    if (free.every(Boolean)) return port;
  }
  throw new Error('no free ports were found');
}

export class Dev {
  // Starts with an empty store. `clock`: the server's clock can be set forward by setClock().
  static async start({ clock = false } = {}) {
    const dev = new Dev();
    dev.folder = await mkdtemp(path.join(tmpdir(), 'grantd-browser-'));
    dev.clockFile = path.join(dev.folder, 'clock');
    const port = await freePort();
    [dev.issuer, dev.app, dev.api] = [0, 1, 2].map((offset) => `http://127.0.0.1:${port + offset}`);
    dev.byHandPort = port + 9;
    const environment = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !name.startsWith('GRANTD_')));
    if (clock) {
      await dev.setClock('+0');
      Object.assign(environment, {
        LD_PRELOAD: FAKETIME, FAKETIME_TIMESTAMP_FILE: dev.clockFile, FAKETIME_NO_CACHE: '1',
        DONT_FAKE_MONOTONIC: '1',
      });
    }
    const data = path.join(dev.folder, 'data');
    dev.binary = GRANTD;
    dev.config = path.join(data, 'grantd.toml');
    dev.process = spawn(
      GRANTD, ['dev', '--port', String(port), '--data', data, '--log', 'warning'],
      { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    dev.log = '';
    dev.process.stderr.on('data', (text) => { dev.log += text; });
    for await (const line of readline.createInterface({ input: dev.process.stdout })) {
      if (line.startsWith('Ready in ')) return dev;
    }
    throw new Error(`grantd dev did not start: ${dev.log}`);
  }

  // "+31m": so much later than it is. As libfaketime has it.
  setClock(text) {
    return writeFile(this.clockFile, `${text}\n`);
  }

  // Ends the server; its data stays until stop().
  async halt() {
    if (this.ended) return;
    this.ended = true;
    const ended = once(this.process, 'exit');
    this.process.kill('SIGINT');
    const [code] = await ended;
    if (code !== 0) throw new Error(`grantd dev ended with ${code}: ${this.log}`);
  }

  async stop() {
    try {
      await this.halt();
    } finally {
      await rm(this.folder, { recursive: true });
    }
  }

  // An authorization request of the public demo client, whose answer goes to another port.
  byHand(more = {}) {
    return `${this.issuer}/authorize?` + new URLSearchParams({
      response_type: 'code',
      client_id: 'demo-cli',
      redirect_uri: `http://127.0.0.1:${this.byHandPort}/`,
      scope: 'notes.read',
      state: 'a state',
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM', // RFC 7636, Appendix B
      code_challenge_method: 'S256',
      ...more,
    });
  }
}

export const launch = () =>
  chromium.launch({
    executablePath: CHROMIUM,
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run',
      '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });

// A person's browser: a context with its own cookies. What the browser complains of is kept; where
// it is about a page of ours (CSP, a broken script or style), close() fails the test.
export async function newPerson(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  context.setDefaultTimeout(20_000);
  const complaints = [];
  context.on('console', (message) => {
    // A page that says no has status 400 or 401, which Chromium calls a failure to load.
    const text = message.text();
    if (message.type() !== 'error' || /server responded with a status of 4/.test(text)) return;
    complaints.push(`${message.page()?.url()}: ${text}`);
  });
  context.on('weberror', (error) => complaints.push(String(error.error())));
  return {
    context,
    newPage: () => context.newPage(),
    async close() {
      await context.close();
      if (complaints.length === 0) return;
      throw new Error(`the browser complained: ${complaints.join('\n')}`);
    },
  };
}

// Presses a button or a link, and waits until the page that it leads to is there.
export async function press(page, button) {
  const answered = page.waitForEvent('framenavigated', (frame) => frame === page.mainFrame());
  await button.click();
  await answered;
  await page.waitForLoadState();
}

export async function signIn(page, user = 'ada', password = 'correct horse') {
  await page.locator('#user').fill(user);
  await page.locator('#password').fill(password);
  await press(page, page.locator('form button.btn'));
}

// On the account page.
export async function changePassword(page, present, next) {
  await page.locator('#present').fill(present);
  await page.locator('#new').fill(next);
  await page.locator('#again').fill(next);
  await press(page, page.locator('button[name=change]'));
}

export const decide = (page, answer) =>
  press(page, page.locator(`button[name=answer][value=${answer}]`));

export const heading = (page) => page.locator('h1').innerText();
