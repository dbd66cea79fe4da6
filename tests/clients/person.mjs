// A person with a browser, as far as these tests need one: keeps cookies, follows redirects one by
// one, signs in and allows. (The real browser is in tests/browser.)
export class Person {
  constructor(login = 'ada', password = 'correct horse') {
    this.login = login;
    this.password = password;
    this.cookies = new Map();
  }

  async send(url, options = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, {
      redirect: 'manual', ...options,
      headers: { ...(cookie ? { cookie } : {}), ...options.headers },
    });
    for (const line of answer.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value === '') this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  // Opens `url` and does what the pages ask for, until a redirect leads to `landing`. Gives that
  // URL. Fails where a page shows that is neither login nor consent nor logout.
  async walk(url, landing, answer = 'allow') {
    let reply = await this.send(url);
    let at = new URL(url);
    for (let steps = 0; steps < 12; ++steps) {
      if (reply.status === 303) {
        const to = new URL(reply.headers.get('location'), at);
        if (to.href.startsWith(landing)) return to;
        at = to;
        reply = await this.send(to);
        continue;
      }
      const page = await reply.text();
      const form = /<input type="hidden" name="form" value="([^"]*)"/.exec(page);
      const action = /<form method="post" action="([^"]*)"/.exec(page);
      if (!form || !action) throw new Error(`${reply.status} at ${at}: ${page}`);
      const body = new URLSearchParams({ form: form[1] });
      if (page.includes('name="password"')) {
        body.set('user', this.login);
        body.set('password', this.password);
      } else if (page.includes('name="answer"')) {
        body.set('answer', answer);
      }
      at = new URL(action[1], at);
      reply = await this.send(at, { method: 'POST', body });
    }
    throw new Error('the walk has no end');
  }
}
