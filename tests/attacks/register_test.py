"""Apps that register themselves, by strangers and thieves: rows DR-* of the checklist (RFC 7591 §5,
RFC 7592 §2, OpenID Connect Dynamic Client Registration §9)."""
import base64
import http.client
import http.server
import json
import os
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest

from rows import Attack
from target import REDIRECT, Target

WEB = {"redirect_uris": ["https://app.example/cb"]}
SECRET_MEMBERS = ("client_secret", "registration_access_token", "initial_access_token")


class Registering(unittest.TestCase):
    """A target of its own, with settings of its own."""

    settings = ()

    @classmethod
    def setUpClass(cls):
        cls.target = Target(*cls.settings).furnish()
        cls.addClassCleanup(cls.target.remove)
        assert cls.target.start(), cls.target.log()

    def tearDown(self):
        self.assertIsNone(self.target.process.poll(), self.target.log()[-900:])
        self.target.check_log()

    def send(self, method, path, document=None, token=None, visitor=None):
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        body = None
        if document is not None:
            body = document if isinstance(document, str) else json.dumps(document)
            headers["Content-Type"] = "application/json"
        answer = (visitor or self.target.visitor()).ask(method, path, body, headers)
        if answer.body.startswith("{"):
            said = json.loads(answer.body)
            self.target.issued.update(said[name] for name in SECRET_MEMBERS if name in said)
        return answer

    def register(self, document=None, **more):
        answer = self.send("POST", "/register", document or WEB, **more)
        self.assertEqual(answer.status, 201, answer.body)
        return json.loads(answer.body)

    def refused(self, document, error="invalid_client_metadata"):
        answer = self.send("POST", "/register", document)
        self.assertEqual(answer.status, 400, answer.body)
        self.assertEqual(answer.headers["content-type"], "application/json")
        self.assertEqual(answer.headers["cache-control"], "no-store")
        self.assertEqual(json.loads(answer.body)["error"], error)

    def own(self, app):
        return f"/register?client_id={app['client_id']}"


class Off(Attack):
    def test_DR_01_there_is_no_registration_unless_it_is_turned_on(self):
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = self.target.visitor().ask(method, "/register", "{}",
                                               {"Content-Type": "application/json"})
            self.assertEqual(answer.status, 404)
        document = self.target.visitor().get("/.well-known/openid-configuration")
        self.assertNotIn("registration_endpoint", json.loads(document.body))


class ByToken(Registering):
    settings = ("registration.mode=token",)

    def invite(self):
        made = self.target.json("client", "invite", "--expires", "1h")
        self.target.issued.add(made["initial_access_token"])
        return made["initial_access_token"]

    def test_DR_02_nobody_registers_without_an_initial_access_token(self):
        good = self.invite()
        session = self.target.json("key", "list")  # any other text of ours is none
        for token in (None, "x", "gia_", good[:-2], good + "A", "gat_" + good[4:],
                      session[0]["kid"]):
            answer = self.send("POST", "/register", WEB, token)
            self.assertEqual(answer.status, 401, answer.body)
            self.assertRegex(answer.headers["www-authenticate"], "^Bearer ")

    def test_DR_02_an_initial_access_token_is_for_one_app(self):
        token = self.invite()
        self.assertEqual(self.send("POST", "/register", {"redirect_uris": []}, token).status, 400)
        self.register(token=token)  # a mistake did not use it up
        self.assertEqual(self.send("POST", "/register", WEB, token).status, 401)
        self.target.stop()
        self.assertTrue(self.target.start(), self.target.log())
        self.assertEqual(self.send("POST", "/register", WEB, token).status, 401)


class Open(Registering):
    settings = ("registration.mode=open", "limits.register_tries=10000")

    def test_DR_02_a_registration_token_opens_its_own_client_alone(self):
        mine, theirs = self.register(), self.register()
        answers = set()
        for method, document in (("GET", None), ("PUT", {**WEB, "client_id": theirs["client_id"]}),
                                 ("DELETE", None)):
            for path in (self.own(theirs), "/register?client_id=shop",
                         "/register?client_id=nobody", "/register"):
                answer = self.send(method, path, document, mine["registration_access_token"])
                answers.add((answer.status, answer.body))
        self.assertEqual(len(answers), 1, "the answers tell clients apart")
        self.assertEqual(answers.pop()[0], 401)
        self.assertEqual(
            self.send("GET", self.own(theirs), None, theirs["registration_access_token"]).status,
            200)

    def test_DR_02_neither_secret_nor_hash_opens_a_registration(self):
        app = self.register()
        for token in (app["client_secret"], app["client_id"]):
            self.assertEqual(self.send("GET", self.own(app), None, token).status, 401)

    def test_DR_04_nothing_inside_is_reached(self):
        with socket.create_server(("127.0.0.1", 0)) as inside:
            inside.settimeout(0.2)
            port = inside.getsockname()[1]
            for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}",
                         f"[::ffff:127.0.0.1]:{port}", f"0.0.0.0:{port}", "169.254.169.254",
                         "10.0.0.1", "[fe80::1]"):
                with self.subTest(host):
                    self.refused({**WEB, "subject_type": "pairwise",
                                  "sector_identifier_uri": f"https://{host}/sector.json"})
            # What is only kept is not fetched: not a logo, not terms, not keys.
            self.register({**WEB, "logo_uri": f"https://127.0.0.1:{port}/logo",
                           "tos_uri": f"https://127.0.0.1:{port}/tos",
                           "jwks_uri": f"https://127.0.0.1:{port}/jwks"})
            with self.assertRaises(TimeoutError):
                inside.accept()

    def test_DR_05_an_update_reaches_no_further_than_a_registration(self):
        app = self.register()
        token = app["registration_access_token"]
        base = {**WEB, "client_id": app["client_id"]}
        for more in ({"grant_types": ["authorization_code", "password"]},
                     {"grant_types": ["implicit"]}, {"scope": "openid notes:write"},
                     {"redirect_uris": ["javascript:alert(1)"]},
                     {"client_secret": "gcs_chosen"}, {"registration_access_token": "gra_chosen"}):
            with self.subTest(more):
                self.assertEqual(self.send("PUT", self.own(app), {**base, **more}, token).status,
                                 400)
        # What is the operator's alone is no member that anybody knows.
        self.assertEqual(self.send("PUT", self.own(app),
                                   {**base, "verified": True, "consent": "implied",
                                    "pkce": "optional", "disabled": False, "counter": 9}, token)
                         .status, 200)
        shown = self.target.json("client", "show", app["client_id"])
        self.assertFalse(shown["verified"])
        self.assertEqual((shown["consent"], shown["pkce"]), ("ask", "required"))

    def test_DR_07_what_no_client_may_be(self):
        key = {"kty": "EC", "crv": "P-256", "x": "A" * 43, "y": "A" * 43}
        for more in ({"grant_types": ["password"]}, {"grant_types": ["implicit"]},
                     {"response_types": ["token"]}, {"jwks": {"keys": [{**key, "d": "A" * 43}]}},
                     {"jwks": {"keys": [{"kty": "oct", "k": "AAAA"}]}},
                     {"redirect_uris": {"0": "https://app.example/cb"}},
                     {"contacts": {"length": 10 ** 9}}, {"default_max_age": 2 ** 62},
                     {"id_token_signed_response_alg": "none"}):
            with self.subTest(str(more)[:60]):
                self.refused({**WEB, **more})
        self.refused({"redirect_uris": ["https://app.example/cb#x"]}, "invalid_redirect_uri")
        for body in ("[" * 20000, '{"a":' * 5000, "{", "[]", "null", "7"):
            self.refused(body)
        large = self.send("POST", "/register", {**WEB, "client_name": "x" * (1 << 20)})
        self.assertIn(large.status, (400, 413))


class TheirHost(http.server.ThreadingHTTPServer):
    """A maker's https server on this computer. `pages`: path → (status, body), or a place that
    the path redirects to. Keeps what was asked for."""

    daemon_threads = True

    def __init__(self, folder, name):
        certificate, key = os.path.join(folder, name + ".crt"), os.path.join(folder, name + ".key")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
                        "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out",
                        certificate], check=True, capture_output=True)
        super().__init__(("127.0.0.1", 0), TheirHost.Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        self.socket = context.wrap_socket(self.socket, server_side=True)
        self.certificate, self.pages, self.asked = certificate, {}, []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, *_):
        """Who does not trust the certificate hangs up."""

    def url(self, path):
        return f"https://localhost:{self.server_address[1]}{path}"

    def put(self, path, content, status=200):
        self.pages[path] = (status, content if isinstance(content, str) else json.dumps(content))
        return self.url(path)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.server.asked.append(self.path)
            status, body = self.server.pages.get(self.path, (404, ""))
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", body)
                body = ""
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass


class Sector(Registering):
    """sector_identifier_uri, fetched (OpenID Connect Registration §5, Core §8.1)."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.theirs = TheirHost(folder.name, "theirs")
        cls.untrusted = TheirHost(folder.name, "others")
        for host in (cls.theirs, cls.untrusted):
            cls.addClassCleanup(host.server_close)
            cls.addClassCleanup(host.shutdown)
        cls.settings = ("registration.mode=open", "limits.register_tries=10000",
                        "outbound.allow=127.0.0.1,::1",
                        f"outbound.ca_file={cls.theirs.certificate}")
        super().setUpClass()

    def pairwise(self, redirect_uri, uri=None):
        return {"redirect_uris": [redirect_uri], "subject_type": "pairwise",
                **({"sector_identifier_uri": uri} if uri else {})}

    def subject_at(self, app):
        """Who alice is to this app, by its ID token."""
        (redirect,) = app["redirect_uris"]
        name = app["client_id"]
        REDIRECT[name], self.target.secret[name] = redirect, app["client_secret"]
        tokens = self.target.tokens(name, scope="openid")
        claims = tokens["id_token"].split(".")[1]
        return json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))["sub"]

    def test_apps_of_one_sector_know_a_person_by_one_name_and_others_do_not(self):
        one, two = "https://one.example/cb", "https://two.example/cb"
        uri = self.theirs.put("/one-and-two", [one, two, "https://three.example/cb"])
        apps = [self.register(self.pairwise(one, uri)), self.register(self.pairwise(two, uri)),
                self.register(self.pairwise(one)), self.register(self.pairwise(two))]
        self.assertEqual([app.get("sector_identifier_uri") for app in apps], [uri, uri, None, None])
        self.assertEqual(self.theirs.asked.count("/one-and-two"), 1, "kept for a while")
        first, second, alone, other = map(self.subject_at, apps)
        self.assertEqual(first, second)
        self.assertEqual(len({first, alone, other}), 3)

    def test_what_the_list_at_that_url_must_be(self):
        mine = "https://mine.example/cb"
        cases = {
            "without-mine": (["https://mine.example/other"], 200),
            "prefix": ([mine + "/more"], 200), "object": ({"redirect_uris": [mine]}, 200),
            "text": ("mine", 200), "empty": ("", 200),
            "string": (json.dumps(mine), 200), "gone": ([mine], 404), "error": ([mine], 500),
            "large": ([mine, "x" * (1 << 17)], 200),
        }
        for name, (content, status) in cases.items():
            with self.subTest(name):
                self.refused(self.pairwise(mine, self.theirs.put("/" + name, content, status)))
                self.assertIn("/" + name, self.theirs.asked)
        # DR-04, LO-07: a redirect would lead past the check of the address.
        good = self.theirs.put("/good", [mine])
        self.refused(self.pairwise(mine, self.theirs.put("/moved", good, 302)))
        self.assertNotIn("/good", self.theirs.asked)
        self.register(self.pairwise(mine, good))

    def test_a_server_that_nobody_vouches_for_is_not_believed(self):
        mine = "https://mine.example/cb"
        self.refused(self.pairwise(mine, self.untrusted.put("/list", [mine])))
        self.assertEqual(self.untrusted.asked, [])

    def test_an_update_is_held_to_the_list_too(self):
        mine, more = "https://mine.example/a", "https://more.example/a"
        uri = self.theirs.put("/update", [mine])
        app = self.register(self.pairwise(mine, uri))
        for redirect, status in ((more, 400), (mine, 200)):
            answer = self.send("PUT", self.own(app), {**self.pairwise(redirect, uri),
                                                      "client_id": app["client_id"]},
                               app["registration_access_token"])
            self.assertEqual(answer.status, status, answer.body)


class Many(Registering):
    settings = ("registration.mode=open", "registration.clients_max=100")
    asked = 10_000

    def test_DR_06_ten_thousand_registrations_stay_bounded(self):
        said = {}
        line = http.client.HTTPConnection("127.0.0.1", self.target.port, timeout=60)
        body = json.dumps(WEB)
        for n in range(self.asked):
            line.request("POST", "/register", body, {
                "Content-Type": "application/json",
                "X-Forwarded-For": f"203.0.{n // 250}.{n % 250}"})  # each from another address
            answer = line.getresponse()
            text = answer.read().decode()
            said[answer.status] = said.get(answer.status, 0) + 1
            if answer.status == 201:
                made = json.loads(text)
                self.target.issued.update(made[name] for name in SECRET_MEMBERS if name in made)
        line.close()
        self.assertEqual(said, {201: 100, 503: self.asked - 100})
        self.assertLess(os.path.getsize(self.target.database()), 8 << 20)
        # One address has had its tries long before.
        visitor = self.target.visitor()
        statuses = [self.send("POST", "/register", WEB, visitor=visitor).status
                    for _ in range(15)]
        self.assertEqual(statuses.count(429), 5, statuses)


if __name__ == "__main__":
    unittest.main()
