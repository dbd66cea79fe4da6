#!/usr/bin/env python3
"""oidcc-dynamic-certification-test-plan, with private_key_jwt: checklist 4.3. Of its modules one
cannot pass: it demands the implicit flow, and what it misses is exactly that."""

import json
import secrets
import unittest

import checks
import metadata_checks
from client import key_set, new_key, new_path, sign
from module import Plan
from shared_modules import SharedModules


class Dynamic(SharedModules, Plan):
    auth = "private_key_jwt"

    def test_oidcc_idtoken_rs256(self):
        """oidcc-idtoken-rs256"""
        tokens, _, _ = self.sign_in(self.client(id_token_signed_response_alg="RS256"))
        header = checks.part_of(tokens["id_token"], 0)
        self.assertEqual(header["alg"], "RS256")
        self.assertTrue(header["kid"])

    def test_oidcc_userinfo_rs256(self):
        """oidcc-userinfo-rs256"""
        self.assertIn("RS256", self.house.metadata["userinfo_signing_alg_values_supported"])
        client = self.client(userinfo_signed_response_alg="RS256")
        request = client.request(scope="openid profile")
        tokens = checks.check_tokens(client.redeem(client.code(self.browser, request)))
        claims = client.id_token(tokens, request["nonce"])
        answer = client.userinfo(tokens["access_token"])
        self.assertEqual((answer.status_code, answer.headers["content-type"]),
                         (200, "application/jwt"))
        person = checks.verified(answer.text, self.house.keys(), "RS256")
        self.assertEqual((person["iss"], person["aud"]), (self.house.issuer, client.id))
        self.assertNotIn("nonce", person)
        self.assertEqual(person["sub"], claims["sub"])
        self.assertLessEqual(checks.SCOPES["profile"], person.keys())
        checks.check_standard_claims(person, self.house.now())

    # ---- redirect URIs

    def test_oidcc_ensure_redirect_uri_in_authorization_request(self):
        """oidcc-ensure-redirect-uri-in-authorization-request: two are registered, none is named"""
        path = new_path()
        two = [self.suite.origin + path + end for end in ("/callback", "/callback/two")]
        client = self.client(path=path, redirect_uris=two)
        client.page(self.browser, client.request(redirect_uri=None))
        for uri in two:
            self.assertEqual(self.suite.take(uri[len(self.suite.origin):]), [])

    def test_oidcc_redirect_uri_query_ok(self):
        """oidcc-redirect-uri-query-OK: its query comes back along with the answer"""
        client = self.client(query="?foo=bar&one=%C3%A9%20x")
        self.sign_in(client)

    def test_oidcc_redirect_uri_query_mismatch(self):
        """oidcc-redirect-uri-query-mismatch"""
        client = self.client(query="?foo=bar")
        other = client.redirect_uri.replace("foo=bar", "foo=baz")
        client.page(self.browser, client.request(redirect_uri=other))

    def test_oidcc_redirect_uri_query_added(self):
        """oidcc-redirect-uri-query-added"""
        client = self.client()
        client.page(self.browser, client.request(redirect_uri=client.redirect_uri + "?foo=bar"))

    def test_oidcc_redirect_uri_regfrag(self):
        """oidcc-redirect-uri-regfrag"""
        client = self.client()
        asked = client.asked({"redirect_uris": [client.redirect_uri + "#foobar"]})
        checks.check_refused(self.house.register(asked), ["invalid_redirect_uri"])

    # ---- discovery

    def test_oidcc_discovery_endpoint_verification(self):
        """oidcc-discovery-endpoint-verification with dynamic_client: expected to fail, for it
        demands the implicit flow (RFC 9700 §2.1.2 forbids it). Nothing else is missing"""
        answer = self.house.get_configuration()
        document = checks.check_configuration(answer, self.house.issuer)
        metadata_checks.check_document(document, answer.url)
        self.assertEqual(metadata_checks.missing_for_implicit(document),
                         ({"id_token", "id_token token"}, {"implicit"}))

    # ---- registration

    def consent_page(self, **metadata):
        client = self.client(**metadata)
        self.sign_in(client)
        for name, value in metadata.items():
            self.assertEqual(client.about[name], value)
        return self.browser.pages[self.browser.shown.index("consent")].body

    def test_oidcc_registration_logo_uri(self):
        """oidcc-registration-logo-uri: a person judges its picture. Expected to be judged down: the
        logo is kept and never shown, since a picture would let an app look like another"""
        logo = self.suite.origin + "/logo.png"
        self.assertNotIn(logo, self.consent_page(logo_uri=logo))

    def test_oidcc_registration_policy_uri(self):
        """oidcc-registration-policy-uri"""
        policy = self.suite.origin + "/policy"
        self.assertIn(f'href="{policy}"', self.consent_page(policy_uri=policy))

    def test_oidcc_registration_tos_uri(self):
        """oidcc-registration-tos-uri"""
        terms = self.suite.origin + "/terms"
        self.assertIn(f'href="{terms}"', self.consent_page(tos_uri=terms))

    def put_keys(self, *keys, path=None):
        path = path or f"/jwks/{secrets.token_urlsafe(8)}"
        return self.suite.put(path, json.dumps(key_set(*keys))), path

    def test_oidcc_registration_jwks_uri(self):
        """oidcc-registration-jwks-uri"""
        uri, _ = self.put_keys(self.house.key)
        self.sign_in(self.client(jwks=None, jwks_uri=uri))

    def sector(self, path, listed):
        self.assertIn("pairwise", self.house.metadata["subject_types_supported"])
        uri = self.suite.put(path + "/sector", json.dumps([self.suite.origin + path + listed]))
        return {"path": path, "subject_type": "pairwise", "sector_identifier_uri": uri}

    def test_oidcc_registration_sector_uri(self):
        """oidcc-registration-sector-uri: and the person has another sub there"""
        _, public, _ = self.sign_in(self.client())
        _, claims, _ = self.sign_in(self.client(**self.sector(new_path(), "/callback")))
        self.assertNotEqual(claims["sub"], public["sub"])

    def test_oidcc_registration_sector_bad(self):
        """oidcc-registration-sector-bad"""
        client = self.client()
        more = self.sector(client.path, "/other")
        del more["path"]
        checks.check_refused(self.house.register(client.asked(more)), ["invalid_client_metadata"])

    # ---- keys

    def test_oidcc_server_rotate_keys(self):
        """oidcc-server-rotate-keys, JW-14: by command, beside the running server"""
        self.wait_elsewhere()
        client = self.client()
        before_tokens, _, _ = self.sign_in(client)
        before = self.house.keys()
        self.wait(11 * 60)  # a key signs when it was published for ten minutes
        self.house.server.run("key", "rotate")
        after = self.house.keys()
        new = after.keys() - before.keys()
        self.assertTrue(new)
        self.assertLessEqual(before.keys(), after.keys())
        numbers = {key.as_dict().get("n") or key.as_dict()["x"] for key in after.values()}
        self.assertEqual(len(numbers), len(after))
        tokens, _, _ = self.sign_in(client)
        kids = [checks.part_of(each["id_token"], 0)["kid"] for each in (before_tokens, tokens)]
        self.assertNotEqual(*kids)
        self.assertIn(kids[1], before)  # it was published before it signed

    def test_oidcc_refresh_token_rp_key_rotation(self):
        """oidcc-refresh-token-rp-key-rotation"""
        self.wait_elsewhere()
        uri, path = self.put_keys(self.house.key)
        client = self.client(jwks=None, jwks_uri=uri,
                             grant_types=["authorization_code", "refresh_token"])
        tokens, claims, _ = self.sign_in(client, scope="openid offline_access", prompt="consent")
        client.key = new_key()
        self.put_keys(client.key, path=path)
        self.wait(60)
        self.refreshed(client, tokens, claims)

    # ---- request objects and assertions

    def test_oidcc_request_uri_unsigned(self):
        """oidcc-request-uri-unsigned: skipped by the suite where none is not listed"""
        self.refuses_unsigned_objects()

    def test_oidcc_request_uri_signed_rs256(self):
        """oidcc-request-uri-signed-rs256"""
        self.assertTrue(self.house.metadata["request_uri_parameter_supported"])
        path = "/request/" + secrets.token_urlsafe(8)
        uri = self.suite.origin + path + "#" + secrets.token_urlsafe(8)
        client = self.client(request_uris=[uri])
        outside, inside = self.object_of(client)
        self.suite.put(path, sign(client.key, inside), "application/jwt")
        client.ask(self.browser, {**outside, "request_uri": uri})
        callback = client.called_back(inside)  # its state is known from the object alone
        checks.check_code(callback)
        self.finish(client, callback["code"], inside["nonce"])

    def test_oidcc_ensure_client_assertion_with_iss_aud_succeeds(self):
        """oidcc-ensure-client-assertion-with-iss-aud-succeeds"""
        client = self.client()
        request = client.request()
        code = client.code(self.browser, request)
        self.finish(client, code, request["nonce"], proof=client.proof(aud=self.house.issuer))


if __name__ == "__main__":
    unittest.main(verbosity=2)
