#!/usr/bin/env python3
"""That the checks of the plans can fail: for each, what it must refuse. No server."""

import json
import time
import types
import unittest

import checks
import metadata_checks
from client import key_set, new_key, sign

ISSUER = "https://op.example"
CODE = "Zm9vYmFyYmF6MDEyMzQ1Njc4OWFiY2RlZg"


def answer(status, document, **headers):
    return types.SimpleNamespace(
        status_code=status, text=json.dumps(document), json=lambda: document,
        headers={"content-type": "application/json", "cache-control": "no-store",
                 **{name.replace("_", "-"): value for name, value in headers.items()}})


class Checks(unittest.TestCase):
    """`good` passes, and with each of `changes` it does not. None takes a member away."""

    def refuses(self, check, good, *changes):
        check(dict(good))
        for change in changes:
            bad = {name: value for name, value in {**good, **change}.items() if value is not None}
            with self.assertRaises((AssertionError, KeyError), msg=str(change)):
                check(bad)

    def test_callbacks(self):
        self.refuses(lambda each: checks.check_callback(each, ISSUER, "s"),
                     {"code": CODE, "state": "s", "iss": ISSUER},
                     {"state": "t"}, {"state": None}, {"iss": ISSUER + "/"})
        self.refuses(checks.check_code, {"code": CODE, "state": "s"},
                     {"code": "a" * 64}, {"code": "short"}, {"error": "x"}, {"extra": "x"})
        self.refuses(lambda each: checks.check_error(each, ["access_denied"]),
                     {"error": "access_denied", "error_description": "no", "state": "s"},
                     {"error": "other"}, {"code": CODE}, {"extra": "x"},
                     {"error_description": 'a "quote"'}, {"error_description": "a\nline"},
                     {"error_uri": "nowhere"})

    def test_tokens(self):
        good = {"access_token": CODE, "token_type": "Bearer", "expires_in": 900}
        self.refuses(lambda each: checks.check_tokens(answer(200, each)), good,
                     {"access_token": "1"}, {"token_type": "mac"}, {"expires_in": "900"},
                     {"expires_in": None}, {"expires_in": 0}, {"refresh_token": "weak"})
        for bad in (answer(201, good), answer(200, good, cache_control="private"),
                    answer(200, good, content_type="text/html")):
            with self.assertRaises(AssertionError):
                checks.check_tokens(bad)
        self.refuses(lambda each: checks.check_refused(answer(400, each), ["invalid_grant"]),
                     {"error": "invalid_grant"}, {"error": "invalid_request"},
                     {"error_description": "line\nline"})
        with self.assertRaises(AssertionError):
            checks.check_refused(answer(401, {"error": "invalid_grant"}), ["invalid_grant"],
                                 (400, 401))

    def test_id_tokens(self):
        now = time.time()
        good = {"iss": ISSUER, "aud": "app", "sub": "s-1", "iat": now, "exp": now + 60,
                "nonce": "n", "auth_time": now}
        self.refuses(lambda each: checks.check_id_token(each, ISSUER, "app", "n", now), good,
                     {"iss": ISSUER + "/"}, {"aud": "other"}, {"aud": ["other"]},
                     {"exp": now - 1}, {"exp": str(now)}, {"iat": now - 400}, {"nonce": "m"},
                     {"nonce": None}, {"sub": "ü"}, {"sub": "x" * 256}, {"acr": ""},
                     {"auth_time": now + 4000}, {"auth_time": "now"}, {"email_verified": "true"})
        with self.assertRaises(AssertionError):
            checks.check_id_token(good, ISSUER, "app", None, now)
        # Core Appendix A.3.
        token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"
        checks.check_hash({"at_hash": "77QmUPtjPfzWtF2AnpK9RQ"}, "at_hash", token)
        with self.assertRaises(AssertionError):
            checks.check_hash({"at_hash": "77QmUPtjPfzWtF2AnpK9RR"}, "at_hash", token)

    def test_signatures(self):
        key, other = new_key(), new_key()
        keys = checks.check_jwks(answer(200, key_set(key)))
        token = sign(key, {"sub": "s"})
        self.assertEqual(checks.verified(token, keys, "RS256"), {"sub": "s"})
        forged = sign(other, {"sub": "s"}).rsplit(".", 1)[1]
        for bad in (sign(other, {}), token.rsplit(".", 1)[0] + "." + forged):
            with self.assertRaises(Exception):
                checks.verified(bad, keys, "RS256")
        with self.assertRaises(AssertionError):
            checks.verified(token, keys, "PS256")

    def test_keys(self):
        key = new_key()
        good = key_set(key)["keys"][0]
        for bad in ([good, good], [{**good, "kid": None}], [], [{**good, "kty": "oct"}],
                    [key.as_dict(is_private=True)]):
            bad = [{name: value for name, value in each.items() if value} for each in bad]
            with self.assertRaises((AssertionError, KeyError)):
                checks.check_jwks(answer(200, {"keys": bad}))

    def test_registrations(self):
        uri = ISSUER + "/register?id=1"
        self.refuses(lambda each: checks.check_registration(answer(201, each)),
                     {"client_id": "c", "client_secret": "s", "client_secret_expires_at": 0,
                      "registration_client_uri": uri, "registration_access_token": "t"},
                     {"client_id": None}, {"client_secret_expires_at": None},
                     {"registration_access_token": None}, {"error": "x"},
                     {"registration_client_uri": "http://op.example"})
        with self.assertRaises(AssertionError):
            checks.check_registration(answer(200, {"client_id": "c"}))

    def test_standard_claims(self):
        now = time.time()
        self.refuses(lambda each: checks.check_standard_claims(each, now),
                     {"name": "A", "updated_at": now, "address": {"country": "D"},
                      "birthdate": "2000-01-01", "picture": "https://a.example/p"},
                     {"name": 1}, {"updated_at": str(now)}, {"updated_at": now * 1000},
                     {"address": "D"}, {"address": {"planet": "E"}}, {"birthdate": "1.1.2000"},
                     {"picture": "p"}, {"_claim_names": {"a": "b"}}, {"phone_number_verified": 1})

    def test_metadata(self):
        def texts(*values):
            return list(values)
        good = {
            "issuer": ISSUER, "authorization_endpoint": ISSUER + "/a",
            "token_endpoint": ISSUER + "/t", "userinfo_endpoint": ISSUER + "/u",
            "registration_endpoint": ISSUER + "/r", "end_session_endpoint": ISSUER + "/e",
            "jwks_uri": ISSUER + "/j", "claims_supported": texts("sub"),
            "userinfo_signing_alg_values_supported": texts("RS256"),
            "response_types_supported": texts("code"), "subject_types_supported": texts("public"),
            "id_token_signing_alg_values_supported": texts("RS256"),
            "request_object_signing_alg_values_supported": texts("RS256"),
            "scopes_supported": texts("openid"), "code_challenge_methods_supported": texts("S256"),
            "grant_types_supported": texts("authorization_code"),
        }
        where = ISSUER + "/.well-known/openid-configuration"
        self.refuses(lambda each: metadata_checks.check_document(each, where), good,
                     {"issuer": ISSUER + "?a"}, {"token_endpoint": "http://op.example/t"},
                     {"something_of_ours": True}, {"claims_parameter_supported": "true"},
                     {"scopes_supported": texts("profile")}, {"scopes_supported": "openid"},
                     {"id_token_signing_alg_values_supported": texts("ES256")},
                     {"id_token_signing_alg_values_supported": texts("RS256", "none")},
                     {"ui_locales_supported": texts("EN")}, {"claims_supported": None},
                     {"code_challenge_methods_supported": texts("plain")},
                     {"subject_types_supported": texts("other")})
        self.assertEqual(metadata_checks.missing_for_implicit(good),
                         ({"id_token", "id_token token"}, {"implicit"}))


if __name__ == "__main__":
    unittest.main(verbosity=2)
