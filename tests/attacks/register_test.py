"""Apps that register themselves, by strangers and thieves: rows DR-* of the checklist (RFC 7591 §5,
RFC 7592 §2, OpenID Connect Dynamic Client Registration §9)."""
import http.client
import json
import os
import socket
import unittest

from rows import Attack
from target import Target

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
