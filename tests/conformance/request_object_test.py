#!/usr/bin/env python3
"""Request objects that lie, and references that lead elsewhere: rows PJ-06 and PJ-07 of the attack
catalogue, over HTTPS (OpenID Connect Core §6, RFC 9101 §10)."""

import secrets
import unittest

import checks
from client import new_key, sign, unsigned
from module import Plan
from shared_modules import SharedModules


class RequestObjects(Plan):
    object_of = SharedModules.object_of

    def by_value(self, client, key=None, header=None, **changes):
        outside, inside = self.object_of(client, **changes)
        text = unsigned(inside) if key == "none" else sign(key or client.key, inside,
                                                           **(header or {}))
        return {**outside, "request": text}, inside

    def test_PJ_06_an_object_that_is_not_right_is_refused_at_the_app(self):
        """Or on a page, where nothing trustworthy says which address is the app's"""
        client = self.client()
        now = int(self.house.now())
        request, inside = self.by_value(client, exp=now + 60)
        client.ask(self.browser, request)
        checks.check_code(client.called_back(inside))  # so far it is right
        for wrong in ({"key": "none"}, {"key": new_key()}, {"aud": "https://other.example"},
                      {"client_id": "other"}, {"iss": "other"}, {"exp": now - 120},
                      {"nbf": now + 3600}, {"request": "x.y.z"},
                      {"request_uri": self.suite.origin + "/object"},
                      {"response_type": "token"}, {"header": {"typ": "at+jwt"}}):
            with self.subTest(wrong=list(wrong)):
                request, _ = self.by_value(client, **wrong)
                client.error(self.browser, request, "invalid_request_object")

    def test_PJ_07_what_may_be_registered(self):
        client = self.client()
        for uri in ("file:///etc/passwd", "gopher://localhost/x", "http://app.example/object",
                    "https://user@app.example/object", "/object", "data:,x", "ftp://a.example/"):
            asked = client.asked({"request_uris": [uri]})
            checks.check_refused(self.house.register(asked), ["invalid_client_metadata"])

    def refers(self, uri, *errors, registered=True):
        client = self.client(request_uris=[uri] if registered else [])
        outside, _ = self.object_of(client)
        client.error(self.browser, {**outside, "request_uri": uri}, *errors)

    def test_PJ_07_what_is_fetched(self):
        path = "/object/" + secrets.token_urlsafe(8)
        good = self.suite.put(path, "x", "application/jwt")
        self.refers(good, "invalid_request_uri", registered=False)
        self.assertNotIn(path, self.suite.reads)
        # A redirect is not followed, and what is too long is not read.
        aside = self.suite.put("/aside", "x", "text/plain", status=302, location=good)
        self.refers(aside, "invalid_request_uri")
        self.assertIn("/aside", self.suite.reads)
        self.assertNotIn(path, self.suite.reads)
        long = self.suite.put("/long", "x" * 10_000_000, "application/jwt")
        self.refers(long, "invalid_request_uri")
        # conformance.toml allows loopback; no other address of the inside (ports that nobody has).
        for inside in ("https://10.255.255.1/object", "https://169.254.169.254/latest/meta-data",
                       "https://192.168.255.1/object", "https://[fd00::1]/object",
                       "https://0.0.0.0/object", "https://[::ffff:10.0.0.1]/object"):
            with self.subTest(inside=inside):
                self.refers(inside, "invalid_request_uri")


if __name__ == "__main__":
    unittest.main(verbosity=2)
