"""The modules of the Basic plan about the flow itself and what the person is known by (checklist
4.1, 1 to 17 and 22 to 38), in the order of the checklist. The Form Post plan plays them again."""

import secrets

from authlib.oauth2.rfc7636 import create_s256_code_challenge

import checks
from client import unsigned
from shared_modules import SharedModules


class BasicModules(SharedModules):
    def test_oidcc_response_type_missing(self):
        """oidcc-response-type-missing: with conformance.toml the error goes to the app"""
        client = self.client()
        request = client.request(response_type=None)
        client.error(self.browser, request, "invalid_request", "unsupported_response_type")
        self.assertNotIn("login", self.browser.shown)

    def test_oidcc_idtoken_signature(self):
        """oidcc-idtoken-signature: nothing registered: RS256, and a kid"""
        tokens, _, _ = self.sign_in(self.client())
        header = checks.part_of(tokens["id_token"], 0)
        self.assertEqual(header["alg"], "RS256")
        self.assertTrue(header["kid"])

    def test_oidcc_userinfo_get(self):
        """oidcc-userinfo-get"""
        client = self.client()
        tokens, claims, _ = self.sign_in(client)
        client.person(tokens, claims["sub"], method="GET")

    def test_oidcc_userinfo_post_header(self):
        """oidcc-userinfo-post-header"""
        client = self.client()
        tokens, claims, _ = self.sign_in(client)
        client.person(tokens, claims["sub"], method="POST")

    def test_oidcc_userinfo_post_body(self):
        """oidcc-userinfo-post-body"""
        client = self.client()
        tokens, claims, _ = self.sign_in(client)
        client.person(tokens, claims["sub"], method="POST", by="body")

    def test_oidcc_ensure_request_without_nonce_succeeds_for_code_flow(self):
        """oidcc-ensure-request-without-nonce-succeeds-for-code-flow"""
        _, claims, _ = self.sign_in(self.client(), nonce=None)
        self.assertNotIn("nonce", claims)

    def scope(self, *names):
        """Each claim of these scopes, and of these alone, comes by userinfo."""
        self.assertLessEqual(set(names), set(self.house.metadata["scopes_supported"]))
        _, _, person = self.sign_in(self.client(), scope=" ".join(("openid",) + names))
        wanted = set().union(*[checks.SCOPES[name] for name in names])
        self.assertEqual(person.keys(), wanted | {"sub"})
        return person

    def test_oidcc_scope_profile(self):
        """oidcc-scope-profile"""
        self.scope("profile")

    def test_oidcc_scope_email(self):
        """oidcc-scope-email"""
        self.scope("email")

    def test_oidcc_scope_address(self):
        """oidcc-scope-address"""
        person = self.scope("address")
        self.assertEqual(len(person["address"]), 6)

    def test_oidcc_scope_phone(self):
        """oidcc-scope-phone"""
        self.scope("phone")

    def test_oidcc_scope_all(self):
        """oidcc-scope-all"""
        self.scope("profile", "email", "address", "phone")

    def test_oidcc_alternate_happy_flow(self):
        """oidcc-alternate-happy-flow: the scope reversed, the parameters in another order"""
        client = self.client()
        request = client.request(scope="email openid")
        request = dict(reversed(request.items()))
        _, _, person = self.finish(client, client.code(self.browser, request), request["nonce"])
        self.assertEqual(person.keys(), checks.SCOPES["email"] | {"sub"})

    def test_oidcc_display_page(self):
        """oidcc-display-page"""
        self.sign_in(self.client(), display="page")

    def test_oidcc_display_popup(self):
        """oidcc-display-popup"""
        self.sign_in(self.client(), display="popup")

    def test_oidcc_ensure_request_with_unknown_parameter_succeeds(self):
        """oidcc-ensure-request-with-unknown-parameter-succeeds"""
        self.sign_in(self.client(), extra="foobar")

    def test_oidcc_login_hint(self):
        """oidcc-login-hint: somebody who is not known here; another person signs in"""
        self.sign_in(self.client(), login_hint="buffy@localhost")
        self.assertIn("login", self.browser.shown)

    def test_oidcc_ui_locales(self):
        """oidcc-ui-locales"""
        self.sign_in(self.client(), ui_locales="se")

    def test_oidcc_claims_locales(self):
        """oidcc-claims-locales"""
        self.sign_in(self.client(), claims_locales="se")

    def test_oidcc_ensure_request_with_acr_values_succeeds(self):
        """oidcc-ensure-request-with-acr-values-succeeds"""
        offered = self.house.metadata["acr_values_supported"]
        _, claims, _ = self.sign_in(self.client(), acr_values=" ".join(offered))
        self.assertIn(claims["acr"], offered)

    def test_oidcc_codereuse(self):
        """oidcc-codereuse"""
        client = self.client()
        request = client.request()
        code = client.code(self.browser, request)
        self.finish(client, code, request["nonce"])
        checks.check_refused(client.redeem(code), ["invalid_grant"])

    def test_oidcc_codereuse_30seconds(self):
        """oidcc-codereuse-30seconds: and what the first use gave is worth nothing any more"""
        self.wait_elsewhere()
        client = self.client()
        request = client.request()
        code = client.code(self.browser, request)
        tokens, _, _ = self.finish(client, code, request["nonce"])
        self.wait(30)
        checks.check_refused(client.redeem(code), ["invalid_grant"])
        self.assertEqual(client.userinfo(tokens["access_token"]).status_code, 401)

    def test_oidcc_ensure_registered_redirect_uri(self):
        """oidcc-ensure-registered-redirect-uri: no prefix is enough"""
        client = self.client()
        longer = self.random_path()
        client.page(self.browser, client.request(redirect_uri=client.redirect_uri + longer))
        self.assertEqual(self.suite.take(client.path + "/callback" + longer), [])

    def test_oidcc_ensure_post_request_succeeds(self):
        """oidcc-ensure-post-request-succeeds: the request as a form that another site posts"""
        client = self.client()
        request = client.request()
        page = self.browser.post(self.house.metadata["authorization_endpoint"], request,
                                 headers={"Origin": self.suite.origin})
        self.browser.walk(page)
        callback = client.called_back(request)
        checks.check_code(callback)
        self.finish(client, callback["code"], request["nonce"])

    def test_oidcc_server_client_secret_post(self):
        """oidcc-server-client-secret-post"""
        self.sign_in(self.client(auth="client_secret_post"))

    def test_oidcc_request_uri_unsigned(self):
        """oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported: skipped by the
        suite where none is not listed; it is refused"""
        self.refuses_unsigned_objects()
        path = "/request/" + secrets.token_urlsafe(8)
        request_uri = self.suite.origin + path + "#" + secrets.token_urlsafe(8)
        client = self.client(request_uris=[request_uri])
        outside, inside = self.object_of(client)
        self.suite.put(path, unsigned(inside), "application/jwt")
        client.error(self.browser, {**outside, "request_uri": request_uri},
                     "invalid_request_object", "request_uri_not_supported")

    def test_oidcc_unsigned_request_object(self):
        """oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported: likewise"""
        self.refuses_unsigned_objects()
        client = self.client()
        outside, inside = self.object_of(client)
        client.error(self.browser, {**outside, "request": unsigned(inside)},
                     "invalid_request_object", "request_not_supported")

    def test_oidcc_claims_essential(self):
        """oidcc-claims-essential"""
        _, claims, person = self.sign_in(self.client(),
                                         claims='{"userinfo":{"name":{"essential":true}}}')
        self.assertEqual(person.keys(), {"sub", "name"})
        self.assertNotIn("name", claims)

    def test_oidcc_ensure_request_with_valid_pkce_succeeds(self):
        """oidcc-ensure-request-with-valid-pkce-succeeds: and the verifier counts"""
        client = self.client()
        verifier = secrets.token_urlsafe(48)
        request = client.request(code_challenge=create_s256_code_challenge(verifier),
                                 code_challenge_method="S256")
        code = client.code(self.browser, request)
        self.finish(client, code, request["nonce"], code_verifier=verifier)
        code = client.code(self.browser, request)
        checks.check_refused(client.redeem(code, code_verifier=verifier[:-1] + "~"),
                             ["invalid_grant"])
