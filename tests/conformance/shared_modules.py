"""Modules that the Basic, Form Post and Dynamic plans have in common (checklist 4.1, 4.3)."""

import checks
from client import unsigned


class SharedModules:
    def test_oidcc_server(self):
        """oidcc-server"""
        client = self.client()
        tokens, claims, _ = self.sign_in(client)
        self.assertEqual(claims["aud"], client.id)  # checklist MX-05: for nobody else
        self.assertIn("at_hash", claims)
        # Only the page to sign in and the one to allow; all that the suite knows to fill in.
        self.assertEqual([kind for kind in self.browser.shown if kind in ("login", "consent")],
                         ["login", "consent"])
        self.assertNotIn("name", claims)
        self.assertNotIn("refresh_token", tokens)

    def test_oidcc_idtoken_unsigned(self):
        """oidcc-idtoken-unsigned: skipped by the suite where none is not listed; not to be had"""
        self.assertNotIn("none", self.house.metadata["id_token_signing_alg_values_supported"])
        client = self.client()
        asked = client.asked({"id_token_signed_response_alg": "none"})
        checks.check_refused(self.house.register(asked), ["invalid_client_metadata"])

    def refuses_unsigned_objects(self):
        """The suite's condition for skipping what sends one. Absent, it would not skip."""
        listed = self.house.metadata["request_object_signing_alg_values_supported"]
        self.assertIn("RS256", listed)
        self.assertNotIn("none", listed)

    def object_of(self, client, **changes):
        """(what stays outside, the claims of the object): state and nonce are only inside."""
        inside = {**client.request(), "iss": client.id, "aud": self.house.issuer, **changes}
        return client.request(state=None, nonce=None), inside

    def test_oidcc_ensure_request_object_with_redirect_uri(self):
        """oidcc-ensure-request-object-with-redirect-uri: an unsigned one; skipped by the suite
        where none is not listed. It moves no answer to an address beside the registered one"""
        self.refuses_unsigned_objects()
        client = self.client()
        outside, inside = self.object_of(client)
        request = {**outside, "redirect_uri": client.redirect_uri + "_invalid",
                   "request": unsigned(inside)}
        client.page(self.browser, request)
        self.assertEqual(self.house.suite.take(client.path + "/callback_invalid"), [])

    def refreshed(self, client, tokens, claims, **more):
        """What a refresh must give; the new tokens."""
        answer = client.refresh(tokens["refresh_token"], **more)
        new = checks.check_tokens(answer)
        self.assertNotEqual(new["access_token"], tokens["access_token"])
        if "id_token" in new:
            # Core §12.2: no nonce, or the same.
            nonce = checks.part_of(new["id_token"], 1).get("nonce")
            self.assertIn(nonce, (None, claims["nonce"]))
            again = client.id_token(new, nonce)
            for name in ("iss", "sub", "aud", "azp", "auth_time"):
                self.assertEqual(again.get(name), claims.get(name), name)
            self.assertNotEqual(again["iat"], claims["iat"])
        client.person(new, claims["sub"])
        return new

    def test_oidcc_refresh_token(self):
        """oidcc-refresh-token"""
        self.assertIn("refresh_token", self.house.metadata["grant_types_supported"])
        self.assertIn("offline_access", self.house.metadata["scopes_supported"])
        self.wait_elsewhere()
        grants = ["authorization_code", "refresh_token"]
        held = []
        for more in ({"scope": "openid offline_access"}, {}):
            client = self.client(grant_types=grants)
            browser = self.new_browser()
            tokens, claims, _ = self.sign_in(client, browser, scope="openid offline_access",
                                             prompt="consent")
            self.assertEqual([kind for kind in browser.shown if kind != "other"][:2],
                             ["login", "consent"])
            self.wait(2)  # the suite waits for another iat
            new = self.refreshed(client, tokens, claims, **more)
            held.append((client, new.get("refresh_token", tokens["refresh_token"])))
        [(first, _), (_, second_token)] = held
        checks.check_refused(first.refresh(second_token), ["invalid_grant"])
