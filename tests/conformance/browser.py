"""The suite's browser: it does on each page of the server what a person would, and keeps what it
was shown. It submits by itself only what a browser's script would."""

import html
import re
import urllib.parse

from server import PASSWORD, USER  # puts tests/person on the path
from person import Forms, Person

REDIRECTS = (301, 302, 303, 307, 308)


class Browser(Person):
    """`shown`: the kinds of pages so far, of login, consent, logout, posted (an answer that the
    page posts to the app) and other; `pages`: the pages themselves."""

    def __init__(self, certificates, user=USER):
        super().__init__(certificates.ca)
        self.user = user
        self.shown, self.pages = [], []

    def open(self, url, until=None):
        """To the page where nothing is left to do. Who is asked twice to sign in on one walk is
        asked for ever."""
        begun = len(self.shown)
        page = self.walk(self.get(url), until)
        assert self.shown[begun:].count("login") <= 1, f"asked twice to sign in: {self.shown}"
        assert self.shown[begun:].count("consent") <= 1, f"asked twice to allow: {self.shown}"
        return page

    def walk(self, answer, until=None):
        """`until`: the redirect to what begins so is not followed, but given."""
        for _ in range(30):
            if answer.status in REDIRECTS:
                assert answer.location, f"a redirect to nowhere from {answer.url}"
                if until and answer.location.startswith(until):
                    return answer
                answer = self.get(answer.location)
                continue
            kind = self.kind_of(answer)
            self.shown.append(kind)
            self.pages.append(answer)
            if kind == "other":
                return answer
            answer = self.act(kind, answer)
        raise AssertionError(f"no end of it: {self.shown}, last {answer.url}")

    def kind_of(self, page):
        forms = Forms(page.body).forms
        if len(forms) != 1:
            return "other"
        action = urllib.parse.urlsplit(urllib.parse.urljoin(page.url, forms[0]["action"]))
        here = urllib.parse.urlsplit(page.url)
        if (action.hostname, action.port) != (here.hostname, here.port):
            return "posted"
        return {"/login": "login", "/consent": "consent", "/logout": "logout"}.get(
            action.path, "other")

    def act(self, kind, page):
        form = page.form()
        more = {"login": {"user": self.user, "password": PASSWORD}, "consent": {"answer": "allow"},
                "logout": {}, "posted": {}}[kind]
        if kind == "posted":
            self.check_posts_itself(page)
        where = urllib.parse.urljoin(page.url, form["action"])
        return self.post(where, {**form["fields"], **more})

    def check_posts_itself(self, page):
        """OAuth 2.0 Form Post Response Mode §2: by POST, all fields hidden, by itself: the page
        loads a script that may run and that submits. Nothing of the answer is in an address."""
        assert page.status == 200, page.status
        assert page.headers.get("cache-control") == "no-store", page.headers
        tag = re.search(r"<form[^>]*>", page.body).group(0)
        assert 'method="post"' in tag and "enctype" not in tag, tag
        inputs = re.findall(r"<input[^>]*>", page.body)
        assert inputs and all('type="hidden"' in each for each in inputs), inputs
        raw = [re.search(r'value="([^"]*)"', each).group(1) for each in inputs]
        assert not re.search(r"[<>']", "".join(raw)), f"not escaped: {raw}"
        assert [html.unescape(each) for each in raw] == list(page.form()["fields"].values()), raw
        scripts = re.findall(r"<script[^>]*>", page.body)
        assert len(scripts) == 1, scripts
        source = re.search(r'src="([^"]+)"', scripts[0]).group(1)
        script = self.get(urllib.parse.urljoin(page.url, source))
        assert script.status == 200 and ".submit()" in script.body, script.body
        assert script.headers.get("content-type").startswith("text/javascript"), script.headers
        policy = page.headers.get("content-security-policy")
        assert "script-src 'self'" in policy, policy
        origin = "/".join(page.form()["action"].split("/")[:3])
        assert re.search(rf"form-action {re.escape(origin)}(;|$| )", policy), policy
