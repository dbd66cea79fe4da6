"""login, token, call, logout, profiles, inspect against a running `grantd dev`, by a scripted
person (checklist CL-01, CL-04, CL-05, CL-06, CL-08; RFC 8252 §7.3, RFC 6750 §3.1,
RFC 8725 §3.1)."""
import base64
import concurrent.futures
import contextlib
import hashlib
import hmac
import http.server
import json
import os
import pathlib
import re
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import unittest

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils

from house import BINARY, SOURCE, House, clean_environment, main

sys.path.insert(0, os.path.join(SOURCE, "tests/person"))
from person import Person, parameters  # noqa: E402
from ports import free_ports  # noqa: E402

SCOPE = "openid profile email notes.read offline_access"
dev = None


class Dev:
    def __init__(self):
        self.holder = tempfile.TemporaryDirectory(prefix="grantd-cli-dev-")
        port = free_ports(4)
        self.issuer, self.app, self.api = (f"http://127.0.0.1:{port + n}" for n in range(3))
        self.data = os.path.join(self.holder.name, "data")
        self.process = subprocess.Popen(
            [BINARY, "dev", "--port", str(port), "--data", self.data, "--log", "error"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=clean_environment())
        for line in self.process.stdout:
            if line.startswith("Ready in "):
                return
        raise AssertionError("grantd dev did not start")

    def stop(self):
        self.process.terminate()
        self.process.communicate(timeout=60)
        self.holder.cleanup()


def setUpModule():
    global dev
    dev = Dev()


def tearDownModule():
    dev.stop()


def address_in(process):
    """Where the program sends the person."""
    said = ""
    for line in process.stderr:
        said += line
        found = re.search(r"^  (http\S+)$", line)
        if found:
            return found.group(1)
    raise AssertionError(f"no address: {said}{process.stdout.read()}")


class AppSide(House):
    initialised = False

    def setUp(self):
        super().setUp()
        self.person = Person()

    def environment(self, **more):
        kept = clean_environment(HOME=self.folder, **more)
        for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER",
                     "DBUS_SESSION_BUS_ADDRESS"):
            if name not in more:
                kept.pop(name, None)
        return kept

    def run_grantd(self, *arguments, stdin="", environment=None):
        return super().run_grantd(*arguments, stdin=stdin,
                                  environment=environment or self.environment())

    def walk(self, url, answer="allow"):
        """What the person does at the server; gives the address that leads back to the program."""
        back = parameters(url)["redirect_uri"]
        page = self.person.open(url, until=back)
        if 'name="password"' in page.body:
            page = self.person.sign_in(page, "ada", "correct horse", until=back)
        if 'name="answer"' in page.body:
            page = self.person.decide(page, answer, until=back)
        self.assertTrue(page.location.startswith(back), page.location)
        return page.location

    def start_login(self, *arguments, **environment):
        process = subprocess.Popen(
            [BINARY, "login", *arguments], cwd=self.folder, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment(**environment))
        self.addCleanup(process.wait)
        self.addCleanup(lambda: process.poll() is None and process.kill())
        return process, address_in(process)

    def login(self, *arguments, answer="allow", spoil=lambda back: back, profile="default"):
        """Gives (exit code, standard output, standard error, the page that the browser shows)."""
        first = ["--issuer", dev.issuer, "--client-id", "demo-cli", "--keep", "file"]
        if "--scope" not in arguments:
            first += ["--scope", SCOPE]
        if profile != "default":
            first += ["--profile", profile]
        process, url = self.start_login("--no-browser", *first, *arguments)
        shown = self.person.get(spoil(self.walk(url, answer)))
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err, shown

    def logged_in(self, *arguments, **more):
        code, out, err, shown = self.login(*arguments, **more)
        self.assertEqual(code, 0, err)
        self.assertEqual(shown.status, 200)
        return out

    @property
    def kept(self):
        return pathlib.Path(self.folder, ".local/state/grantd/logins/default")

    def age(self):
        """The access token's time is over, as far as this computer knows."""
        login = json.loads(self.kept.read_text())
        login["expires_at"] = int(time.time()) - 1
        self.kept.write_text(json.dumps(login))


class Login(AppSide):
    def test_a_login_is_explained_and_its_tokens_are_kept_and_not_shown(self):
        out = self.logged_in()
        self.assertIn("You are signed in", out)
        self.assertIn(dev.api, out)  # for whom the access token is
        for file in (self.kept, pathlib.Path(self.folder, ".config/grantd/profiles/default.json")):
            self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE(file.parent.stat().st_mode), 0o700)
        login = json.loads(self.kept.read_text())
        for name in ("access_token", "refresh_token", "id_token"):
            self.assertNotIn(login[name], out)
        token = self.good("token").strip()
        self.assertEqual(token, login["access_token"])
        self.assertEqual(json.loads(self.good("call", dev.api + "/notes"))["notes"][0],
                         "Buy oat milk")

    def test_json_says_who_and_no_token(self):
        told = json.loads(self.logged_in("--json"))
        self.assertEqual(told["issuer"], dev.issuer)
        self.assertEqual(told["id_token"]["sub"], told["subject"])
        self.assertEqual(told["granted_scope"], " ".join(sorted(SCOPE.split())))
        self.assertNotIn("access_token", told)

    def test_the_second_time_it_needs_no_words(self):
        self.logged_in()
        process, url = self.start_login("--no-browser")
        self.person.get(self.walk(url))
        self.assertEqual(process.wait(timeout=60), 0)

    def test_the_desktops_browser_is_opened(self):
        script = self.path("browser")
        with open(script, "w") as file:
            file.write('#!/bin/sh\nprintf %s "$1" > "$HOME/opened.new"\n'
                       'mv "$HOME/opened.new" "$HOME/opened"\n')
        os.chmod(script, 0o755)
        process, url = self.start_login("--issuer", dev.issuer, "--client-id", "demo-cli",
                                        "--keep", "file", BROWSER=script)
        end = time.monotonic() + 60
        while not os.path.exists(self.path("opened")) and time.monotonic() < end:
            time.sleep(0.05)  # the browser is a process of its own that nobody waits for
        with open(self.path("opened")) as file:
            self.assertEqual(file.read(), url)
        self.person.get(self.walk(url))
        self.assertEqual(process.wait(timeout=60), 0)

    def test_the_port_and_the_registered_address_are_the_callers(self):
        port = free_ports(1)
        process, url = self.start_login(
            "--no-browser", "--issuer", dev.issuer, "--client-id", "demo-cli", "--keep", "file",
            "--port", str(port))
        self.assertEqual(parameters(url)["redirect_uri"], f"http://127.0.0.1:{port}/")
        self.person.get(self.walk(url))
        self.assertEqual(process.wait(timeout=60), 0)

    def test_no_is_an_answer(self):
        code, out, err, shown = self.login(answer="deny")
        self.assertEqual((code, out, shown.status), (1, "", 400))
        self.assertIn("access_denied", err)
        self.assertFalse(self.kept.exists())
        self.bad(1, "token")

    def test_another_servers_answer_is_dropped(self):  # RFC 9207 §2.4
        code, out, err, _ = self.login(spoil=lambda back: back.replace("iss=", "iss=x"))
        self.assertEqual((code, out), (1, ""))
        self.assertFalse(self.kept.exists())

    def test_a_code_that_was_changed_gives_no_token(self):
        code, _, err, shown = self.login(
            spoil=lambda back: back.replace("code=gac_", "code=gac_x"))
        self.assertEqual((code, shown.status), (1, 400))
        self.assertIn("invalid_grant", err)

    def test_strangers_at_the_callback_change_nothing(self):  # CL-01, CL-05
        def spoil(back):
            origin = back[:back.index("/", 7)]
            for path in ("/favicon.ico", "/?code=evil&state=evil", "/", "/callback?code=evil"):
                self.assertIn(self.person.get(origin + path).status, (400, 404))
            self.assertEqual(self.person.get(back, headers={"Host": "evil.example"}).status, 421)
            return back
        self.logged_in(spoil=spoil)

    def test_pasted_from_another_computer(self):
        process, url = self.start_login("--paste", "--issuer", dev.issuer, "--client-id",
                                        "demo-cli", "--keep", "file")
        back = self.walk(url)
        out, err = process.communicate(back + "\n", timeout=60)
        self.assertEqual(process.returncode, 0, err)
        self.assertIn("You are signed in", out)

    def test_pasted_from_another_flow(self):  # CL-12
        arguments = ["--paste", "--issuer", dev.issuer, "--client-id", "demo-cli", "--keep", "file"]
        _, attackers = self.start_login(*arguments)
        process, _ = self.start_login(*arguments)
        out, _ = process.communicate(self.walk(attackers) + "\n", timeout=60)
        self.assertEqual((process.returncode, out), (1, ""))

    def test_usage(self):
        self.bad(2, "login")
        self.bad(2, "login", "--issuer", dev.issuer)
        self.bad(2, "login", "--issuer", dev.issuer, "--client-id", "x", "--port", "0x50")
        self.bad(2, "login", "--issuer", dev.issuer, "--client-id", "x", "--redirect-uri",
                 "https://app.example/")
        self.bad(2, "login", "--issuer", dev.issuer, "--client-id", "x", "--profile", "../x")
        self.bad(1, "login", "--issuer", "http://auth.example", "--client-id", "x")  # CL-04
        self.bad(1, "login", "--issuer", dev.issuer + "/", "--client-id", "x")

    def test_several_logins_beside_one_another(self):
        self.logged_in()
        self.logged_in(profile="work")
        rows = json.loads(self.good("profiles", "--json"))
        self.assertEqual([row["profile"] for row in rows], ["default", "work"])
        self.assertNotEqual(self.good("token"), self.good("token", "--profile", "work"))
        self.good("logout", "--profile", "work")
        self.good("token")
        self.bad(1, "token", "--profile", "work")
        self.assertIn("default, work", self.bad(1, "token", "--profile", "other"))


class Token(AppSide):
    def test_it_is_refreshed_when_due_and_once_for_all_that_ask(self):
        self.logged_in()
        first = self.good("token")
        self.assertEqual(self.good("token"), first)
        self.age()
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            tokens = set(pool.map(lambda _: self.good("token"), range(6)))
        self.assertEqual(len(tokens), 1)
        self.assertNotIn(first, tokens)
        kept = json.loads(self.kept.read_text())
        self.assertEqual(tokens, {kept["access_token"] + "\n"})
        self.age()
        self.assertNotIn(self.good("token"), tokens)  # by the rotated refresh token
        told = json.loads(self.good("token", "--json"))
        self.assertEqual(told["token_type"], "Bearer")

    def test_a_login_that_ended_says_what_to_do(self):
        self.logged_in()
        login = json.loads(self.kept.read_text())
        subprocess.run([BINARY, "user", "sign-out", "ada", "--config",
                        os.path.join(dev.data, "grantd.toml")], check=True, capture_output=True,
                       env=clean_environment())
        self.age()
        self.assertIn("grantd login", self.bad(1, "token"))
        self.assertFalse(self.kept.exists())
        self.assertIn("grantd login", self.bad(1, "token"))
        self.assertNotIn(login["refresh_token"], self.bad(1, "call", dev.api + "/notes"))

    def test_a_file_that_others_can_read_is_refused(self):  # CL-08
        self.logged_in()
        self.kept.chmod(0o644)
        self.bad(1, "token")

    def test_without_a_home_it_says_so(self):
        environment = self.environment()
        environment.pop("HOME")
        self.bad(1, "token", environment=environment)


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.seen.append((self.path, self.headers.get("Authorization")))
        self.send_response(302 if self.path == "/lead-away" else self.server.status)
        if self.path == "/lead-away":
            self.send_header("Location", f"http://127.0.0.1:{self.server.server_port}/elsewhere")
        for name, value in self.server.answer_fields:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(b"\x1b[31mred\x1b[0m\n")

    do_POST = do_GET

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def an_api(status=200, fields=()):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.seen, server.status, server.answer_fields = [], status, fields
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class Call(AppSide):
    def test_a_refusal_is_explained(self):
        self.logged_in()
        done = self.run_grantd("call", "-d", '{"note": "x"}', dev.api + "/notes")
        self.assertEqual(done.returncode, 1)
        self.assertIn("notes.write", done.stderr)  # what it takes
        self.assertIn("insufficient_scope", done.stdout)

    def test_a_write_with_the_scope_for_it(self):
        self.logged_in("--scope", "openid", "--scope", "notes.read notes.write")
        said = self.good("call", "-X", "POST", "-d", '{"note": "From a terminal"}', "-H",
                         "X-Test: 1", dev.api + "/notes")
        self.assertIn("From a terminal", said)
        body = self.path("note.json")
        with open(body, "w") as file:
            file.write('{"note": "From a file"}')
        self.assertIn("From a file", self.good("call", "-d", "@" + body, dev.api + "/notes"))
        self.assertIn("200", self.good("call", "-i", dev.api + "/notes").splitlines()[0])

    def test_the_token_goes_where_it_was_sent_and_nowhere_else(self):  # CL-04
        self.logged_in()
        for url in ("http://api.example/notes", "http://127.0.0.1.evil.example/", "ftp://x/", "x"):
            self.bad(2, "call", url)
        self.bad(2, "call", "-H", "Authorization: Bearer x", dev.api + "/notes")
        self.bad(2, "call", "-H", "no colon", dev.api + "/notes")
        with an_api() as (server, url):
            done = self.run_grantd("call", url + "/lead-away")
            self.assertEqual(done.returncode, 1)
            self.assertIn("/elsewhere", done.stderr)
            self.assertEqual([path for path, _ in server.seen], ["/lead-away"])

    def test_a_token_that_the_api_refuses_is_renewed_once(self):  # RFC 6750 §3.1
        self.logged_in()
        with an_api(401, [("WWW-Authenticate", 'Bearer error="invalid_token"')]) as (server, url):
            self.assertEqual(self.run_grantd("call", url + "/x").returncode, 1)
            tokens = [token for _, token in server.seen]
        self.assertEqual(len(tokens), 2)
        self.assertEqual(len(set(tokens)), 2)

    def test_a_terminal_shows_no_apis_escapes(self):  # CL-06
        self.logged_in()
        with an_api() as (_, url):
            self.assertIn("\x1b[31m", self.good("call", url))
            for name, value in self.environment().items():
                os.environ[name] = value
            _, shown = self.on_terminal(["call", url], [])
        self.assertNotIn("\x1b", shown)
        self.assertIn("red", shown)


class Logout(AppSide):
    def test_it_revokes_forgets_and_leads_on(self):
        self.logged_in()
        refresh_token = json.loads(self.kept.read_text())["refresh_token"]
        told = json.loads(self.good("logout", "--json"))
        self.assertTrue(told["revoked"])
        self.assertTrue(told["end_session_url"].startswith(dev.issuer + "/logout?"))
        self.assertFalse(self.kept.exists())
        answer = self.person.post(dev.issuer + "/token", {
            "grant_type": "refresh_token", "refresh_token": refresh_token, "client_id": "demo-cli"})
        self.assertEqual(json.loads(answer.body)["error"], "invalid_grant")
        self.bad(1, "logout")
        # The browser's own sign-in ends by the address.
        page = self.person.open(told["end_session_url"])
        self.assertEqual(page.status, 200)

    def test_a_server_out_of_reach_is_no_reason_to_keep_it(self):
        self.logged_in()
        login = json.loads(self.kept.read_text())
        profile = pathlib.Path(self.folder, ".config/grantd/profiles/default.json")
        for file, text in ((profile, profile.read_text()), (self.kept, json.dumps(login))):
            file.write_text(text.replace(dev.issuer, "http://127.0.0.1:9"))
        done = self.run_grantd("logout")
        self.assertEqual(done.returncode, 1)
        self.assertFalse(self.kept.exists())


def b64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        point = self.key.public_key().public_numbers()
        self.jwk = {"kty": "EC", "crv": "P-256", "kid": "k", "alg": "ES256",
                    "x": b64(point.x.to_bytes(32, "big")), "y": b64(point.y.to_bytes(32, "big"))}

    def sign(self, claims, **header):
        head = {"alg": "ES256", "kid": "k", **header}
        text = b64(json.dumps(head).encode()) + "." + b64(json.dumps(claims).encode())
        r, s = utils.decode_dss_signature(self.key.sign(text.encode(), ec.ECDSA(hashes.SHA256())))
        return text + "." + b64(r.to_bytes(32, "big") + s.to_bytes(32, "big"))


class Inspect(AppSide):
    def setUp(self):
        super().setUp()
        self.key = Key()
        with open(self.path("keys"), "w") as file:
            json.dump({"keys": [self.key.jwk]}, file)

    def claims(self, **other):
        now = int(time.time())
        all_of_them = {"iss": "https://auth.example", "sub": "ada", "aud": "https://api.example",
                       "client_id": "app", "scope": "read", "jti": "1", "iat": now,
                       "exp": now + 600, **other}
        return {name: value for name, value in all_of_them.items() if value is not None}

    def judged(self, token, *arguments):
        """(exit code, the report)"""
        done = self.run_grantd("inspect", "-", "--json", *arguments, stdin=token + "\n")
        return done.returncode, json.loads(done.stdout)

    def wrong(self, token, *arguments):
        code, report = self.judged(token, "--jwks-file", "keys", *arguments)
        self.assertEqual(code, 1, report)
        return [f["text"] for f in report["findings"] if f["judged"] == "WRONG"]

    def test_a_good_one(self):
        token = self.key.sign(self.claims(), typ="at+jwt")
        code, report = self.judged(token, "--jwks-file", "keys", "--audience",
                                   "https://api.example", "--issuer", "https://auth.example",
                                   "--scope", "read")
        self.assertEqual((code, report["kind"], report["wrong"]), (0, "access token", False))
        self.assertEqual(self.run_grantd("inspect", token, "--offline").returncode, 0)

    def test_odd_ones(self):
        now = int(time.time())
        good = self.key.sign(self.claims(), typ="at+jwt")
        head, payload, _ = good.split(".")
        none = b64(b'{"alg":"none"}') + "." + payload + "."
        signed = b64(b'{"alg":"HS256","kid":"k"}') + "." + payload
        shared = signed + "." + b64(hmac.digest(json.dumps(self.key.jwk).encode(), signed.encode(),
                                                hashlib.sha256))
        api = ["--audience", "https://api.example"]
        at = {"typ": "at+jwt"}
        id_token = self.claims(aud="app", nonce="n", scope=None, client_id=None)
        rows = [
            ("alg none", none, [], 1),
            ("a shared secret", shared, [], 1),
            ("another's key", Key().sign(self.claims(), **at), [], 1),
            ("another payload", ".".join([head, b64(json.dumps(self.claims(sub="eve")).encode()),
                                          good.split(".")[2]]), [], 1),
            ("expired", self.key.sign(self.claims(exp=now - 3600), **at), [], 1),
            ("not yet", self.key.sign(self.claims(nbf=now + 3600), **at), [], 1),
            ("from the future",
             self.key.sign(self.claims(iat=now + 3600, exp=now + 7200), **at), [], 1),
            ("for ever", self.key.sign(self.claims(exp=None), **at), [], 1),
            ("another audience", self.key.sign(self.claims(aud="https://other.example"), **at), api,
             1),
            ("no audience", self.key.sign(self.claims(aud=None), **at), [], 1),
            ("another issuer", good, ["--issuer", "https://evil.example"], 1),
            ("a scope too few", good, ["--scope", "write"], 1),
            ("an ID token for an API", self.key.sign(id_token, typ="JWT"), api, 2),
            ("an ID token for another app", self.key.sign(id_token), ["--client-id", "other"], 1),
            ("no JWT", "a.b.c", [], 1),
        ]
        for title, token, arguments, least in rows:
            with self.subTest(title):
                self.assertGreaterEqual(len(self.wrong(token, *arguments)), least)

    def test_what_cannot_be_read_is_named(self):
        for token, kind in (("gac_AQ", "sealed by grantd"), ("grt_AQ", "sealed by grantd"),
                            ("gat_AQ", "sealed by grantd"), ("a.b.c.d.e", "encrypted"),
                            ("0123456789", "opaque")):
            code, report = self.judged(token)
            self.assertEqual((code, report["kind"]), (0, kind))
            self.assertTrue(report["what"])
        self.assertEqual(self.judged("grt_AQ", "--audience", "x")[0], 1)
        self.bad(2, "inspect", "-", stdin="\n")

    def test_a_live_one_is_checked_by_its_issuers_keys(self):
        self.logged_in()
        token = self.good("token").strip()
        code, report = self.judged(token, "--issuer", dev.issuer, "--audience", dev.api)
        self.assertEqual(code, 0, report)
        login = json.loads(self.kept.read_text())
        code, report = self.judged(login["id_token"], "--client-id", "demo-cli")
        self.assertEqual((code, report["kind"]), (0, "ID token"), report)
        code, report = self.judged(login["id_token"], "--audience", dev.api)
        self.assertEqual(code, 1)

    def test_a_tokens_escapes_stay_out_of_the_terminal(self):  # CL-06
        token = self.key.sign(self.claims(sub="\x1b[31mada\n", name="\u202eada"), typ="at+jwt")
        said = self.run_grantd("inspect", token, "--jwks-file", "keys").stdout
        self.assertNotIn("\x1b", said)
        self.assertNotIn("\u202e", said)


class Keyring(AppSide):
    """The real Secret Service, in a session bus of the test's own (CL-08)."""

    def in_session(self, script):
        session = textwrap.dedent("""
            set -e
            export XDG_RUNTIME_DIR=$HOME/run
            mkdir -m 700 $XDG_RUNTIME_DIR
            printf pass | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        """) + textwrap.dedent(script)
        return subprocess.Popen(["dbus-run-session", "--", "sh", "-c", session], cwd=self.folder,
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=self.environment(BINARY=BINARY))

    def test_the_library_keeps_what_it_is_given(self):
        tests = os.environ["GRANTD_CLIENT_TESTS"]
        session = self.in_session(f"GRANTD_TEST_KEYRING=1 {tests} --gtest_filter='*keyring*'")
        out, err = session.communicate(timeout=240)
        self.assertEqual(session.returncode, 0, out + err)
        self.assertIn("[  PASSED  ] 1 test", out)

    def test_a_login_is_kept_there_where_it_is(self):
        session = self.in_session(f"""
            "$BINARY" login --no-browser --issuer {dev.issuer} --client-id demo-cli --json
            "$BINARY" token
            "$BINARY" logout > /dev/null
            if "$BINARY" token; then exit 3; fi
        """)
        url = address_in(session)
        self.person.get(self.walk(url))
        out, err = session.communicate(timeout=240)
        self.assertEqual(session.returncode, 0, out + err)
        told, end = json.JSONDecoder().raw_decode(out)
        self.assertEqual(told["keep"], "keyring")
        self.assertEqual(out[end:].strip().count("."), 2)  # the token alone, once
        self.assertFalse(self.kept.exists())


if __name__ == "__main__":
    main()
