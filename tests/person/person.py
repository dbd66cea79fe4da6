"""A scripted person with a browser's manners: keeps cookies by host, follows redirects one by one,
fills in the form that a page shows. Tests of the real binary say with it what people do."""

import html.parser
import http.client
import re
import ssl
import urllib.parse


class Forms(html.parser.HTMLParser):
    """The forms of a page: action, hidden fields, buttons."""

    def __init__(self, text):
        super().__init__()
        self.forms = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        if tag == "form":
            self.forms.append({"action": values.get("action", ""), "fields": {}})
        elif tag == "input" and self.forms and "name" in values:
            self.forms[-1]["fields"][values["name"]] = values.get("value") or ""


class Answer:
    def __init__(self, url, reply, body):
        self.url = url
        self.status = reply.status
        self.headers = reply.headers
        self.body = body.decode("utf-8", "replace")

    @property
    def location(self):
        where = self.headers.get("location")
        return where and urllib.parse.urljoin(self.url, where)

    @property
    def heading(self):
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.body, re.S)
        return re.sub(r"<[^>]*>", "", found.group(1)).strip() if found else ""

    def form(self):
        forms = Forms(self.body).forms
        assert len(forms) == 1, f"expected one form at {self.url}, found {len(forms)}: {self.body}"
        return forms[0]


class Person:
    """`ca_file`: PEM, for https. `language`: what Accept-Language says."""

    def __init__(self, ca_file=None, language="en"):
        self.cookies = {}  # host → name → value; ports share them (RFC 6265 §8.5)
        self.language = language
        self.tls = ssl.create_default_context(cafile=ca_file) if ca_file else None

    def ask(self, method, url, body=None, headers=None):
        parts = urllib.parse.urlsplit(url)
        if parts.scheme == "https":
            connection = http.client.HTTPSConnection(parts.hostname, parts.port, timeout=30,
                                                     context=self.tls)
        else:
            connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=30)
        sent = {"Accept-Language": self.language, **(headers or {})}
        jar = self.cookies.setdefault(parts.hostname, {})
        if jar:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in jar.items())
        if body is not None:
            sent.setdefault("Content-Type", "application/x-www-form-urlencoded")
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request(method, path, body, sent)
            reply = connection.getresponse()
            answer = Answer(url, reply, reply.read())
        finally:
            connection.close()
        for line in answer.headers.get_all("set-cookie") or []:
            name, _, value = line.split(";")[0].partition("=")
            if not value or "max-age=0" in line.lower():
                jar.pop(name, None)
            else:
                jar[name] = value
        return answer

    def get(self, url, **more):
        return self.ask("GET", url, **more)

    def post(self, url, fields, **more):
        return self.ask("POST", url, urllib.parse.urlencode(fields), **more)

    def follow(self, answer, until=None):
        """Follows redirects, to the first page or the first address that begins with `until`."""
        for _ in range(20):
            where = answer.location
            if answer.status not in (301, 302, 303, 307, 308) or not where:
                return answer
            if until and where.startswith(until):
                return answer
            answer = self.get(where)
        raise AssertionError(f"redirected without end, last to {answer.location}")

    def open(self, url, until=None):
        return self.follow(self.get(url), until)

    def submit(self, page, fields, until=None):
        form = page.form()
        where = urllib.parse.urljoin(page.url, form["action"])
        return self.follow(self.post(where, {**form["fields"], **fields}), until)

    def sign_in(self, page, user, password, until=None):
        return self.submit(page, {"user": user, "password": password}, until)

    def decide(self, page, answer, until=None):
        return self.submit(page, {"answer": answer}, until)


def parameters(url):
    """The query's parameters; each must stand once."""
    pairs = urllib.parse.parse_qsl(urllib.parse.urlsplit(url).query, keep_blank_values=True)
    assert len({name for name, _ in pairs}) == len(pairs), url
    return dict(pairs)
