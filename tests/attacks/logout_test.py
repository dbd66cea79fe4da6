"""Back-channel logout over real sockets (LO-07, LO-08): receivers that hear, stumble, redirect,
hang or are dead; what they are sent is checked by a library of others."""
import http.server
import json
import threading
import time
import unittest
import urllib.parse

from authlib.jose import JsonWebKey, JsonWebToken

from target import ISSUER, REDIRECT, Target

EVENT = "http://schemas.openid.net/event/backchannel-logout"
PATIENCE = 60  # a hang, not a figure: the machine may be busy


class Receiver:
    """Where apps hear. The first part of the path says how it answers; all that comes is kept."""

    def __init__(self, port=0):
        receiver = self
        self.heard = []  # (path, headers, body)
        self.changed = threading.Condition()
        self.release = threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"])).decode()
                with receiver.changed:
                    before = sum(path == self.path for path, _, _ in receiver.heard)
                    receiver.heard.append((self.path, self.headers, body))
                    receiver.changed.notify_all()
                kind = self.path.split("/")[1]
                status = {"stumbles": 200 if before else 500, "moved": 302}.get(kind, 200)
                if kind == "hangs":
                    receiver.release.wait(PATIENCE)
                self.send_response(status)
                if status == 302:
                    self.send_header("location", "/elsewhere")
                self.send_header("content-length", "0")
                self.end_headers()

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def uri(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def wait(self, path, count=1):
        with self.changed:
            self.changed.wait_for(lambda: len(self.of(path)) >= count, PATIENCE)
        assert len(self.of(path)) >= count, f"{path} heard {len(self.of(path))} times"
        return self.of(path)

    def of(self, path):
        return [(headers, body) for at, headers, body in self.heard if at == "/" + path]

    def stop(self):
        self.release.set()
        self.server.shutdown()
        self.server.server_close()


class Receiving(unittest.TestCase):
    """A target whose apps hear at a receiver of the test's."""

    allow = []

    def setUp(self):
        self.receiver = Receiver()
        self.addCleanup(self.receiver.stop)
        self.target = Target(*self.allow)
        self.addCleanup(self.target.remove)
        self.target.add_person("alice")

    def add_app(self, name, uri, *more):
        REDIRECT[name] = f"https://{name}.example/cb"
        made = self.target.json("client", "create", "--id", name, "--redirect-uri", REDIRECT[name],
                                "--scope", "openid offline_access", "--grant", "authorization_code",
                                "--grant", "refresh_token", "--backchannel-logout-uri", uri, *more)
        self.target.secret[name] = made["client_secret"]

    def sign_in(self, person, app, scope="openid"):
        answer = self.target.redeem(app, self.target.code(app, person=person, scope=scope))
        self.assertEqual(answer.status, 200, answer.body)
        return json.loads(answer.body)

    def sign_out(self, person):
        begun = time.monotonic()
        page = person.submit(person.open("/logout"), {})
        self.assertEqual(page.heading, "You are signed out")
        return time.monotonic() - begun

    def events(self, name):
        found = [json.loads(line) for line in self.target.log().splitlines()
                 if line.startswith("{") and line.endswith("}")]
        return [event for event in found if event["event"] == name]

    def wait_for(self, name, client):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            found = [event for event in self.events(name) if event["client"] == client]
            if found:
                return found
            time.sleep(0.05)
        raise AssertionError(f"no {name} of {client}: {self.target.log()[-2000:]}")

    def check(self, heard, app, id_token):
        """What was posted, by the keys of /jwks; the claims."""
        headers, body = heard
        self.assertEqual(headers["content-type"], "application/x-www-form-urlencoded")
        sent = urllib.parse.parse_qs(body, strict_parsing=True)
        self.assertEqual(list(sent), ["logout_token"])
        keys = JsonWebKey.import_key_set(json.loads(self.target.visitor().get("/jwks").body))
        claims = JsonWebToken(["RS256", "ES256"]).decode(sent["logout_token"][0], keys)
        signed_in = JsonWebToken(["RS256", "ES256"]).decode(id_token, keys)
        self.assertEqual(claims.header["typ"], "logout+jwt")
        self.assertEqual(claims.header["alg"], signed_in.header["alg"])
        self.assertEqual(claims["iss"], ISSUER)
        self.assertEqual(claims["aud"], app)
        self.assertEqual(claims["sub"], signed_in["sub"])
        self.assertEqual(claims["sid"], signed_in["sid"])
        self.assertEqual(claims["events"], {EVENT: {}})
        self.assertNotIn("nonce", claims)
        self.assertLessEqual(claims["exp"] - claims["iat"], 120)
        self.assertLess(abs(claims["iat"] - time.time()), 60)
        self.assertGreaterEqual(len(claims["jti"]), 22)
        self.target.issued.add(sent["logout_token"][0])
        return claims


class Logouts(Receiving):
    allow = ["outbound.allow=127.0.0.0/8"]

    def test_LO_08_every_app_of_the_session_hears_and_no_receiver_delays_another(self):
        apps = {"hears": self.receiver.uri("hears"), "again": self.receiver.uri("stumbles"),
                "redirects": self.receiver.uri("moved"), "hanging": self.receiver.uri("hangs"),
                "dead": "http://127.0.0.1:9/"}
        for name, uri in apps.items():
            self.add_app(name, uri)
        self.add_app("pairwise", self.receiver.uri("pairwise"), "--subject-type", "pairwise",
                     "--id-token-alg", "ES256")
        self.add_app("elsewhere", self.receiver.uri("not-met"))
        self.assertTrue(self.target.start())
        person = self.target.visitor()
        tokens = {name: self.sign_in(person, name) for name in [*apps, "pairwise"]}
        offline = self.sign_in(person, "hears", "openid offline_access")
        self.assertLess(self.sign_out(person), 5, "the person waited for a receiver")
        self.check(self.receiver.wait("hears")[0], "hears", tokens["hears"]["id_token"])
        told = self.check(self.receiver.wait("pairwise")[0], "pairwise",
                          tokens["pairwise"]["id_token"])
        public = self.check(self.receiver.wait("hears")[0], "hears", tokens["hears"]["id_token"])
        self.assertNotEqual(told["sub"], public["sub"])
        first, second = self.receiver.wait("stumbles", 2)[:2]
        self.assertNotEqual(self.check(first, "again", tokens["again"]["id_token"])["jti"],
                            self.check(second, "again", tokens["again"]["id_token"])["jti"])
        for name in ("hears", "pairwise", "again"):
            self.wait_for("logout_told", name)
        for name in ("redirects", "dead", "again", "hanging"):
            event = self.wait_for("logout_not_told", name)[0]
            self.assertTrue(event["reason"] and event["again"], event)
        # §2.7: what hangs on the session is dead, what is offline lives.
        dead = self.target.refresh("hears", tokens["hears"]["refresh_token"])
        self.assertEqual(json.loads(dead.body)["error"], "invalid_grant")
        self.assertEqual(self.target.refresh("hears", offline["refresh_token"]).status, 200)
        self.assertEqual(self.receiver.of("elsewhere"), [], "a redirect was followed")
        self.assertEqual(self.receiver.of("not-met"), [])
        self.target.check_log()

    def test_LO_08_a_session_that_the_operator_ends_beside_the_server_is_told(self):
        self.add_app("hears", self.receiver.uri("hears"))
        self.assertTrue(self.target.start())
        for number, end in enumerate((
                lambda sid: self.target.run("session", "revoke", sid),
                lambda sid: self.target.run("user", "sign-out", "alice"),
                lambda sid: self.target.run("user", "set-password", "alice", "--password-file",
                                            "-", stdin="correct horse battery \n"),
                lambda sid: self.target.run("user", "disable", "alice")), 1):
            tokens = self.sign_in(self.target.visitor(), "hears")
            live = self.target.json("session", "list")
            self.assertEqual(len(live), 1, live)
            end(live[0]["sid"])
            heard = self.receiver.wait("hears", number)
            self.check(heard[number - 1], "hears", tokens["id_token"])

    def test_a_notice_survives_a_crash(self):
        self.add_app("hears", self.receiver.uri("hears"))
        self.assertTrue(self.target.start())
        person = self.target.visitor()
        tokens = self.sign_in(person, "hears")
        port = self.receiver.port
        self.receiver.stop()
        self.sign_out(person)
        self.wait_for("logout_not_told", "hears")
        self.target.kill()
        self.receiver = Receiver(port)
        self.addCleanup(self.receiver.stop)
        self.assertTrue(self.target.start())
        self.check(self.receiver.wait("hears")[0], "hears", tokens["id_token"])

    def test_LO_07_what_is_no_address_for_logouts_is_refused(self):
        create = ("client", "create", "--id", "x", "--redirect-uri", "https://app.example/cb")
        for option, uri in (("--backchannel-logout-uri", "http://app.example/hears"),
                            ("--backchannel-logout-uri", "https://app.example/hears#x"),
                            ("--backchannel-logout-uri", "javascript:alert(1)"),
                            ("--backchannel-logout-uri", "file:///etc/passwd"),
                            ("--backchannel-logout-uri", "https://user:pass@app.example/"),
                            ("--frontchannel-logout-uri", "https://other.example/frame"),
                            ("--frontchannel-logout-uri", "https://app.example:8443/frame"),
                            ("--frontchannel-logout-uri", "javascript:alert(1)")):
            done = self.target.run(*create, option, uri, good=False)
            self.assertNotEqual(done.returncode, 0, (option, uri))
            self.assertIn(option, done.stderr)
        made = self.target.json(*create, "--backchannel-logout-uri", "https://app.example/hears",
                                "--backchannel-session-required", "--frontchannel-logout-uri",
                                "https://app.example/frame", "--frontchannel-session-required")
        self.assertEqual(made["frontchannel_logout_uri"], "https://app.example/frame")
        changed = self.target.json("client", "update", "x", "--backchannel-logout-uri", "")
        self.assertNotIn("backchannel_logout_uri", changed)
        self.assertIs(changed["frontchannel_logout_session_required"], True)


class InsideAddresses(Receiving):
    """LO-07: without outbound.allow nobody inside is asked, whatever the name leads to."""

    def test_LO_07_inside_addresses_are_not_asked(self):
        inside = {"loopback": self.receiver.uri("hears"),
                  "named": self.receiver.uri("hears").replace("127.0.0.1", "localhost"),
                  "metadata": "https://169.254.169.254/latest/meta-data/"}
        for name, uri in inside.items():
            self.add_app(name, uri)
        self.assertTrue(self.target.start())
        person = self.target.visitor()
        for name in inside:
            self.sign_in(person, name)
        self.sign_out(person)
        for name in inside:
            self.wait_for("logout_not_told", name)
        self.assertEqual(self.receiver.heard, [])


if __name__ == "__main__":
    unittest.main()

