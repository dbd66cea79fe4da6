"""A running grantd to attack, over real sockets: the real binary in a folder of its own, with apps
and people registered. It keeps every credential that was handed out, and after each row looks for
them in the log (checklist CH-04, C9) and at what every answer must be (the common rule)."""
import atexit
import base64
import hashlib
import http.client
import itertools
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "person"))
from person import Person, parameters  # noqa: E402

BINARY = os.path.abspath(os.environ["GRANTD"])
ISSUER = "http://127.0.0.1:9"
API = "https://api.example.com"
BILLS = "https://bills.example.com"
PASSWORD = "correct horse battery "  # the blank at the end counts (EN-09)
IMPORTED = "an imported secret"
# Traces of an inside that must stay inside (checklist CH-05).
INSIDE = re.compile(r"\.cc:\d|std::|SQLITE_|SELECT |terminate called|0x[0-9a-f]{12}|/work/|sqlite3")
SECONDS_MOST = 10  # a hang, not a figure: the machine may be busy

CLIENTS = [
    ("shop", ["--redirect-uri", "https://app.example/cb", "--redirect-uri",
              "https://app.example/cb?tenant=1", "--grant", "authorization_code", "--grant",
              "refresh_token", "--scope", "notes:read notes:write offline_access"]),
    ("other", ["--redirect-uri", "https://other.example/cb", "--grant", "authorization_code",
               "--grant", "refresh_token", "--scope", "notes:read notes:write", "--auth",
               "client_secret_post"]),
    ("spa", ["--public", "--redirect-uri", "https://spa.example/cb", "--grant",
             "authorization_code", "--grant", "refresh_token", "--scope",
             "notes:read notes:write offline_access"]),
    ("desk", ["--public", "--redirect-uri", "http://127.0.0.1/cb", "--scope", "notes:read"]),
    ("mobile", ["--public", "--redirect-uri", "com.example.app:/cb", "--scope", "notes:read"]),
    ("nightly", ["--grant", "client_credentials", "--scope", "notes:read"]),
    ("classic", ["--redirect-uri", "https://classic.example/cb", "--scope", "notes:read", "--pkce",
                 "optional"]),
    ("gone", ["--redirect-uri", "https://gone.example/cb", "--scope", "notes:read"]),
    ("mixed", ["--redirect-uri", "https://mixed.example/cb", "--scope",
               "notes:read bills:read"]),
    ("evil", ["--name", '"><script>x</script><img src=x onerror=alert(1)>', "--redirect-uri",
              "https://evilname.example/cb", "--scope", "notes:read"]),
]
PEOPLE = ["alice", "bob", "carol", "dave", "erin", "frank"]


def challenge_of(verifier):
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


VERIFIER = "a-verifier-of-forty-three-characters-or-more.~"
CHALLENGE = challenge_of(VERIFIER)
REDIRECT = {"shop": "https://app.example/cb", "other": "https://other.example/cb",
            "spa": "https://spa.example/cb", "desk": "http://127.0.0.1:4000/cb",
            "mobile": "com.example.app:/cb", "classic": "https://classic.example/cb",
            "gone": "https://gone.example/cb", "mixed": "https://mixed.example/cb",
            "evil": "https://evilname.example/cb", "nightly": "https://nightly.example/cb"}


def clean_environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GRANTD")}
    return {**kept, **more}


class Visitor(Person):
    """A person or an app at the target, from an address of its own (the target trusts loopback as
    its proxy). Every answer passes the common rule."""

    addresses = itertools.count(1)

    def __init__(self, target):
        super().__init__()
        self.target = target
        self.move()

    def move(self):
        n = next(Visitor.addresses)
        self.address = f"198.{18 + n // 62500 % 2}.{n // 250 % 250}.{n % 250 + 1}"

    def ask(self, method, url, body=None, headers=None):
        if url.startswith("/"):
            url = self.target.base + url
        begun = time.monotonic()
        answer = super().ask(method, url, body, {"X-Forwarded-For": self.address,
                                                 **(headers or {})})
        self.target.check(f"{method} {url[:200]}", answer, time.monotonic() - begun)
        return answer


class Target:
    """`settings`: NAME=VALUE for grantd init."""

    def __init__(self, *settings):
        self.folder = tempfile.mkdtemp(prefix="grantd-attacks-")
        self.command = [BINARY, "serve"]
        self.issued = {VERIFIER, CHALLENGE}  # credentials as text (PK-16, too)
        self.secret = {}     # client → secret
        self.log_read = 0
        self.process = None
        self.base = None
        self.run("init", "--issuer", ISSUER, "--set", "listen.port=0", "--set",
                 "listen.management_port=0", "--set", "listen.trusted_proxies=127.0.0.1",
                 "--set", "log.level=debug", "--set", "log.format=json",
                 *[word for each in settings for word in ("--set", each)])

    def furnish(self):
        self.run("resource", "create", "--audience", API, "--name", "Notes", "--scope",
                 "notes:read=See your notes", "--scope", "notes:write=Change your notes")
        self.run("resource", "create", "--audience", BILLS, "--name", "Bills",
                 "--scope", "bills:read=See your bills")
        for name, options in CLIENTS:
            made = self.json("client", "create", "--id", name, *options)
            if "client_secret" in made:
                self.secret[name] = made["client_secret"]
                self.issued.add(made["client_secret"])
        self.json("client", "create", "--id", "imported", "--grant", "client_credentials",
                  "--scope", "notes:read", "--auth", "client_secret_post", "--secret-file", "-",
                  stdin=IMPORTED)
        self.run("client", "update", "gone", "--disable")
        for name in PEOPLE:
            self.add_person(name)
        self.issued.update([PASSWORD, IMPORTED])
        return self

    def add_person(self, login, password=PASSWORD, *more):
        return self.json("user", "create", "--login", login, "--password-file", "-", *more,
                         stdin=password + "\n")

    # ---- the command line

    def run(self, *arguments, stdin="", good=True):
        done = subprocess.run([BINARY, *arguments], cwd=self.folder, input=stdin, text=True,
                              capture_output=True, timeout=60, env=clean_environment())
        assert not good or done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}"
        return done.stdout if good else done

    def json(self, *arguments, stdin=""):
        return json.loads(self.run(*arguments, "--json", stdin=stdin))

    # ---- the server

    def start(self, environment=None, seconds=30):
        """Gives whether it started; its log goes on in server.log."""
        self.log_path = os.path.join(self.folder, "server.log")
        begun = os.path.getsize(self.log_path) if os.path.exists(self.log_path) else 0
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, cwd=self.folder,
                                            stdout=log, stderr=log,
                                            env=clean_environment(**(environment or {})))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with open(self.log_path, "rb") as log:
                log.seek(begun)
                for line in log:
                    if b'"server_started"' in line and line.endswith(b"\n"):
                        said = json.loads(line)
                        self.port, self.management = said["port"], said["management_port"]
                        self.base = f"http://127.0.0.1:{self.port}"
                        return True
            if self.process.poll() is not None:
                return False
            time.sleep(0.005)
        raise AssertionError("the server neither started nor ended")

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=30)

    def remove(self):
        if self.process and self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def rss(self):
        """KiB."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+)", status.read()).group(1))

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as log:
            return log.read()

    def says(self, text, more_than=0):
        """Whether its log comes to have this: what is said is written a moment after the answer."""
        end = time.monotonic() + 20
        while self.log().count(text) <= more_than and time.monotonic() < end:
            time.sleep(0.02)
        return self.log().count(text) > more_than

    def database(self):
        return os.path.join(self.folder, "data", "grantd.db")

    # ---- the common rule

    def check(self, what, answer, seconds):
        self.harvest(answer)
        assert answer.status < 500 or answer.status == 503, f"{what}: {answer.status}"
        assert not INSIDE.search(answer.body), f"{what} shows its inside: {answer.body[:500]}"
        assert not INSIDE.search(str(answer.headers)), f"{what}: {answer.headers}"
        assert seconds < SECONDS_MOST, f"{what} took {seconds:.1f} s"
        if answer.body:  # XS-08
            assert answer.headers.get("x-content-type-options") == "nosniff", what
            kind = answer.headers.get("content-type", "")
            assert kind == "application/json" or "charset=utf-8" in kind or "image/" in kind, kind
        assert not re.search(r"\d", answer.headers.get("server", "")), answer.headers  # CH-06

    def harvest(self, answer):
        """Keeps what nobody but its owner may read."""
        where = answer.location or ""
        for name in ("code", "resume"):
            self.issued.update(urllib.parse.parse_qs(urllib.parse.urlsplit(where).query)
                               .get(name, []))
        for line in answer.headers.get_all("set-cookie") or []:
            value = line.split(";")[0].partition("=")[2]
            if value:
                self.issued.add(value)
        self.issued.update(re.findall(r'name="form" value="([^"]+)"', answer.body))
        self.issued.update(re.findall(r'resume=([\w-]+)', answer.body))
        if answer.body.startswith("{") and answer.status == 200:
            body = json.loads(answer.body)
            self.issued.update(body[name] for name in ("access_token", "refresh_token")
                               if name in body)

    def check_log(self):
        """Reads on where it stopped: one event one line, no credential (CH-04, C9)."""
        with open(self.log_path, "rb") as log:
            log.seek(self.log_read)
            text = log.read()
        whole = text[:text.rfind(b"\n") + 1]
        self.log_read += len(whole)
        for line in whole.split(b"\n")[:-1]:
            event = json.loads(line)
            assert {"time", "level", "event"} <= event.keys(), line
        for credential in self.issued:
            assert credential.encode() not in whole, f"in the log: {credential[:12]}…"

    # ---- raw bytes

    def raw(self, data, seconds=20):
        """Sends bytes, reads until the other end closes or one whole answer is there."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as line:
            line.sendall(data)
            reply = http.client.HTTPResponse(line)
            try:
                reply.begin()
            except http.client.HTTPException:
                return None, b""
            return reply, reply.read()

    # ---- what apps do

    def visitor(self):
        return Visitor(self)

    def basic(self, client, secret=None):
        text = f"{client}:{self.secret[client] if secret is None else secret}"
        return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}

    def query(self, client, **changed):
        """A right authorization request; a value None leaves the parameter out."""
        asked = {"response_type": "code", "client_id": client, "redirect_uri": REDIRECT[client],
                 "scope": "notes:read", "state": "st-1", "code_challenge": CHALLENGE,
                 "code_challenge_method": "S256", **changed}
        return "/authorize?" + urllib.parse.urlencode(
            [(k, v) for k, v in asked.items() if v is not None])

    def allow(self, person, client, login="alice", password=PASSWORD, **changed):
        """Walks to the redirect to the app: signs in and allows, where asked. Gives its query."""
        page = person.open(self.query(client, **changed), REDIRECT[client])
        for _ in range(3):
            if page.status == 303:
                return parameters(page.location)
            fields = page.form()["fields"]
            if "password" in fields:
                page = person.sign_in(page, login, password, REDIRECT[client])
            else:
                page = person.decide(page, "allow", REDIRECT[client])
        raise AssertionError(f"no redirect to the app: {page.heading} {page.status}")

    def code(self, client, login="alice", person=None, **changed):
        return self.allow(person or self.visitor(), client, login, **changed)["code"]

    def as_client(self, client, fields, headers=None):
        """Fields and headers with the client's own authentication."""
        if client in ("other", "imported"):
            return {**fields, "client_id": client,
                    "client_secret": self.secret.get(client, IMPORTED)}, headers or {}
        if client in self.secret:
            return fields, {**self.basic(client), **(headers or {})}
        return {**fields, "client_id": client}, headers or {}

    def token(self, client, fields, headers=None, visitor=None, path="/token"):
        body, sent = self.as_client(client, fields, headers)
        return (visitor or self.visitor()).post(path, body, headers=sent)

    def redeem(self, client, code, **changed):
        fields = {"grant_type": "authorization_code", "code": code,
                  "redirect_uri": REDIRECT[client], "code_verifier": VERIFIER, **changed}
        return self.token(client, {k: v for k, v in fields.items() if v is not None})

    def refresh(self, client, token, **changed):
        return self.token(client, {"grant_type": "refresh_token", "refresh_token": token,
                                   **changed})

    def tokens(self, client, login="alice", **changed):
        answer = self.redeem(client, self.code(client, login, **changed))
        assert answer.status == 200, answer.body
        return json.loads(answer.body)

    def new_secret(self):
        return secrets.token_urlsafe(32)


_shared = None


def shared():
    """One target for all rows of a run."""
    global _shared
    if _shared is None:
        _shared = Target().furnish()
        atexit.register(_shared.remove)
        assert _shared.start(), _shared.log()
    return _shared
