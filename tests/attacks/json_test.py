"""Hostile JSON wherever a stranger's JSON is read, over sockets: rows JS-01 to JS-05. A
registration (its jwks, too), the parts of a JWT, the parameter `claims`."""
import base64
import json
import unittest

from register_test import Registering, WEB
from target import CHALLENGE

DEEP = 100_000
START = '{"redirect_uris":["https://app.example/cb"],'
ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def part(text):
    data = text if isinstance(text, bytes) else text.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class HostileJson(Registering):
    settings = ("registration.mode=open", "limits.register_tries=100000",
                "limits.secret_tries=100000")

    def send_bytes(self, path, body, kind):
        return self.target.visitor().ask("POST", path, body, {"Content-Type": kind})

    def registers_not(self, text):
        answer = self.send_bytes("/register", text, "application/json")
        self.assertIn(answer.status, (400, 413), f"{text[:60]!r}: {answer.body[:200]}")
        if answer.status == 400:
            self.assertIn(json.loads(answer.body)["error"],
                          ("invalid_client_metadata", "invalid_redirect_uri"))

    def is_no_jwt(self, text):
        good = part(json.dumps({"alg": "ES256", "kid": "k"}))
        claims = part(json.dumps({"iss": "shop", "sub": "shop", "jti": "j", "exp": 1}))
        for token in (f"{part(text)}.{claims}.{part('x' * 64)}",
                      f"{good}.{part(text)}.{part('x' * 64)}"):
            answer = self.target.visitor().post("/token", {
                "grant_type": "client_credentials", "client_assertion_type": ASSERTION,
                "client_assertion": token})
            self.assertIn(answer.status, (400, 401, 413), f"{text[:60]!r}: {answer.body[:200]}")
            answer = self.target.visitor().post("/revoke", {**self.as_other(), "token": token})
            self.assertIn(answer.status, (200, 413), f"{text[:60]!r}")  # as good as revoked

    def as_other(self):
        return {"client_id": "other", "client_secret": self.target.secret["other"]}

    def asked_with(self, claims):
        """The page that an authorization request with these claims leads to."""
        asked = {"response_type": "code", "client_id": self.app["client_id"], "claims": claims,
                 "redirect_uri": "https://app.example/cb", "scope": "openid", "state": "s",
                 "code_challenge": CHALLENGE, "code_challenge_method": "S256"}
        visitor = self.target.visitor()
        return visitor.follow(visitor.post("/authorize", asked), "https://app.example/")

    def is_no_claims_parameter(self, text):
        """An error, never a login that would act on it."""
        answer = self.asked_with(text)
        self.assertIn(answer.status, (400, 413), f"{text[:60]!r}")
        self.assertNotIn('name="password"', answer.body)

    def setUp(self):
        self.app = self.register()
        self.assertIn('name="password"', self.asked_with('{"userinfo":{"name":null}}').body)

    def refused_everywhere(self, text):
        self.registers_not(text)
        self.is_no_jwt(text)
        self.is_no_claims_parameter(text)

    def test_JS_01_a_hundred_thousand_levels(self):
        for text in ("[" * DEEP + "]" * DEEP, '{"a":' * DEEP + "1" + "}" * DEEP, "[" * DEEP,
                     START + '"jwks":' + "[" * DEEP + "]" * DEEP + "}"):
            self.refused_everywhere(text)

    def test_JS_01_beyond_the_limit_by_one_and_small(self):
        for levels in (33, 1000):
            self.refused_everywhere("[" * levels + "]" * levels)
            self.registers_not(START + '"contacts":' + "[" * levels + "]" * levels + "}")

    def test_JS_03_numbers_are_exact_or_refused(self):
        for number in ("1e999999", "-1e999999", "9" * 10_000, "1e-999999", "-1", "1.5",
                       "01", "+1", "NaN", "Infinity", "0x10"):
            self.registers_not(START + f'"default_max_age":{number}}}')
        for number in (0, 2**31, 2**53 + 1, 2**63 - 1, 2**64):
            answer = self.send_bytes("/register", START + f'"default_max_age":{number}}}',
                                     "application/json")
            if answer.status == 201:
                self.assertEqual(json.loads(answer.body)["default_max_age"], number)
            else:
                self.assertEqual(answer.status, 400, number)

    def test_JS_04_what_is_no_text_is_refused(self):
        name = START.encode() + b'"client_name":"%s"}'
        for text in (b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\xe2\x82",
                     b"\\ud800", b"\\udc00\\ud800", b"\\u0000", b"\x00", b"\n"):
            self.registers_not(name % text)
        for text in (b'{"sub":"\xff"}', b'{"sub":"\\ud800"}', b"\xef\xbb\xbf{}"):
            self.is_no_jwt(text)
        good = self.register({**WEB, "client_name": "Ünïcode \U0001f600"})
        self.assertEqual(good["client_name"], "Ünïcode \U0001f600")

    def test_JS_05_ten_megabytes_and_a_million_members(self):
        ten_megabytes = START + '"client_name":"' + "a" * 10_000_000 + '"}'
        members = "{" + ",".join(f'"{n}":1' for n in range(1_000_000)) + "}"
        for text in (ten_megabytes, members):
            self.registers_not(text)
        few = "{" + ",".join(f'"{n}":1' for n in range(5_000)) + "}"
        self.is_no_jwt(few)


if __name__ == "__main__":
    unittest.main()
