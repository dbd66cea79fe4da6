// An app of the test's own that hears of logouts by the browser (OpenID Connect Front-Channel
// Logout): registered at a `grantd dev`, listening on loopback.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import http from 'node:http';
import { promisify } from 'node:util';
import { signIn } from './grantd.mjs';

const VERIFIER = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk'; // RFC 7636, Appendix B
const CHALLENGE = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const page = (title) => `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>`;

export class HearingApp {
  static async start(dev) {
    const app = new HearingApp();
    app.heard = []; // the queries of its frame
    app.server = http.createServer((request, response) => {
      const url = new URL(request.url, 'http://127.0.0.1');
      response.setHeader('content-type', 'text/html');
      if (url.pathname !== '/frame') return response.end(page('The app'));
      app.heard.push(Object.fromEntries(url.searchParams));
      response.end(page('Signed out'));
    });
    app.server.listen(0, '127.0.0.1');
    await once(app.server, 'listening');
    app.origin = `http://127.0.0.1:${app.server.address().port}`;
    await promisify(execFile)(dev.binary, [
      'client', 'create', '--id', 'hearing', '--public', '--name', 'Tidepool',
      '--redirect-uri', `${app.origin}/`, '--post-logout-redirect-uri', `${app.origin}/bye`,
      '--scope', 'openid', '--consent', 'implied', '--frontchannel-logout-uri',
      `${app.origin}/frame`, '--frontchannel-session-required', '--config', dev.config,
    ]);
    return app;
  }

  stop() {
    this.server.closeAllConnections();
    this.server.close();
  }

  // Signs ada in by this app; gives the address that signs her out again and leads back.
  async signIn(page, dev) {
    await page.goto(`${dev.issuer}/authorize?` + new URLSearchParams({
      response_type: 'code', client_id: 'hearing', redirect_uri: `${this.origin}/`,
      scope: 'openid', state: 'x', code_challenge: CHALLENGE, code_challenge_method: 'S256',
    }));
    if (page.url().startsWith(dev.issuer)) await signIn(page);
    await page.waitForURL(`${this.origin}/**`);
    const answer = await fetch(`${dev.issuer}/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code', client_id: 'hearing', redirect_uri: `${this.origin}/`,
        code: new URL(page.url()).searchParams.get('code'), code_verifier: VERIFIER,
      }),
    });
    const { id_token: hint } = await answer.json();
    this.sid = JSON.parse(Buffer.from(hint.split('.')[1], 'base64url')).sid;
    return `${dev.issuer}/logout?` + new URLSearchParams({
      id_token_hint: hint, post_logout_redirect_uri: `${this.origin}/bye`, state: 'a b',
    });
  }
}
