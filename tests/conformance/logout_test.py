#!/usr/bin/env python3
"""oidcc-rp-initiated-logout-certification-test-plan, oidcc-backchannel-rp-initiated-logout-
certification-test-plan and its front-channel sibling: checklist 4.5, 4.6."""

import html
import re
import unittest
import urllib.parse

import checks
from client import new_path, sign, unsigned
from module import Plan
from session_modules import NOBODY
from suite import fields

EVENT = "http://schemas.openid.net/event/backchannel-logout"


class LogoutPlan(Plan):
    def leaving(self, **metadata):
        """A client that may be led back to, somebody signed in at it, and what it asks then."""
        path = metadata.pop("path", None) or new_path()
        back = self.suite.origin + path + "/post_logout"
        client = self.client(path=path, post_logout_redirect_uris=[back], **metadata)
        client.back = back
        self.tokens, self.claims, _ = self.sign_in(client)
        return client, {"id_token_hint": self.tokens["id_token"],
                        "post_logout_redirect_uri": back, "state": self.long_state()}

    def log_out(self, asked):
        endpoint = self.house.metadata["end_session_endpoint"]
        query = urllib.parse.urlencode(asked)
        return self.browser.open(endpoint + ("?" + query if query else ""))

    def came_back(self, client):
        return self.suite.take(client.back[len(self.suite.origin):])

    def led_back(self, client, asked):
        """With the state, unchanged, and nothing else; and the session is gone."""
        self.log_out(asked)
        [arrival] = self.came_back(client)
        self.assertEqual((arrival.method, fields(arrival.query)),
                         ("GET", {name: asked[name] for name in ("state",) if name in asked}))
        self.check_signed_out(client)

    def check_signed_out(self, client):
        client.error(self.browser, client.request(prompt="none"), *NOBODY)

    def stays(self, client, asked):
        """A page, or one that asks; whatever the person says there, nothing comes to the app."""
        page = self.log_out(asked)
        self.assertTrue(page.heading, page.body)
        self.assertTrue(page.url.startswith(self.house.issuer), page.url)
        self.assertEqual(self.came_back(client), [])
        return page


class RpInitiatedLogout(LogoutPlan):
    def test_oidcc_rp_initiated_logout_discovery(self):
        """oidcc-rp-initiated-logout-discovery-endpoint-verification"""
        self.assertTrue(checks.is_uri(self.house.metadata["end_session_endpoint"]))

    def test_oidcc_rp_initiated_logout(self):
        """oidcc-rp-initiated-logout"""
        self.led_back(*self.leaving())

    def test_oidcc_rp_initiated_logout_no_state(self):
        """oidcc-rp-initiated-logout-no-state"""
        client, asked = self.leaving()
        del asked["state"]
        self.led_back(client, asked)

    def test_oidcc_rp_initiated_logout_bad_post_logout_redirect_uri(self):
        """oidcc-rp-initiated-logout-bad-post-logout-redirect-uri"""
        client, asked = self.leaving()
        bad = client.back + self.random_path()
        self.stays(client, {**asked, "post_logout_redirect_uri": bad})
        self.assertEqual(self.suite.take(bad[len(self.suite.origin):]), [])

    def test_oidcc_rp_initiated_logout_query_added(self):
        """oidcc-rp-initiated-logout-query-added-to-post-logout-redirect-uri"""
        client, asked = self.leaving()
        self.stays(client, {**asked, "post_logout_redirect_uri": client.back + "?foo=bar"})

    def test_oidcc_rp_initiated_logout_modified_id_token_hint(self):
        """oidcc-rp-initiated-logout-modified-id-token-hint: alg none, the signature taken away"""
        client, asked = self.leaving()
        hint = unsigned(checks.part_of(asked["id_token_hint"], 1))
        self.stays(client, {**asked, "id_token_hint": hint})

    def test_oidcc_rp_initiated_logout_bad_id_token_hint(self):
        """oidcc-rp-initiated-logout-bad-id-token-hint: signed by the client, iss and aud changed
        places"""
        client, asked = self.leaving()
        claims = checks.part_of(asked["id_token_hint"], 1)
        claims["iss"], claims["aud"] = claims["aud"], claims["iss"]
        self.stays(client, {**asked, "id_token_hint": sign(client.key, claims)})

    def test_oidcc_rp_initiated_logout_no_id_token_hint(self):
        """oidcc-rp-initiated-logout-no-id-token-hint"""
        client, asked = self.leaving()
        del asked["id_token_hint"]
        self.stays(client, asked)
        self.assertIn("logout", self.browser.shown)

    def test_oidcc_rp_initiated_logout_no_params(self):
        """oidcc-rp-initiated-logout-no-params: asked, then signed out"""
        client, _ = self.leaving()
        self.assertEqual(self.stays(client, {}).status, 200)
        self.assertEqual(self.browser.shown[-2:], ["logout", "other"])
        self.check_signed_out(client)

    def test_oidcc_rp_initiated_logout_no_post_logout_redirect_uri(self):
        """oidcc-rp-initiated-logout-no-post-logout-redirect-uri"""
        client, asked = self.leaving()
        del asked["post_logout_redirect_uri"]
        self.assertEqual(self.stays(client, asked).status, 200)
        self.check_signed_out(client)

    def test_oidcc_rp_initiated_logout_only_state(self):
        """oidcc-rp-initiated-logout-only-state"""
        client, asked = self.leaving()
        self.assertEqual(self.stays(client, {"state": asked["state"]}).status, 200)
        self.check_signed_out(client)

    def test_an_expired_hint_is_a_hint(self):
        """RP-Initiated Logout §2"""
        self.wait_elsewhere()
        client, asked = self.leaving()
        self.wait(3600)
        self.assertLess(self.claims["exp"], self.house.now())
        self.led_back(client, asked)


class BackchannelLogout(LogoutPlan):
    def test_oidcc_backchannel_logout_discovery(self):
        """oidcc-backchannel-logout-discovery-endpoint-verification"""
        document = self.house.metadata
        self.assertIs(document["backchannel_logout_supported"], True)
        self.assertIs(document["backchannel_logout_session_supported"], True)
        for name in ("end_session_endpoint", "authorization_endpoint", "token_endpoint",
                     "userinfo_endpoint", "registration_endpoint", "jwks_uri"):
            self.assertTrue(checks.is_uri(document[name]), name)

    def test_oidcc_backchannel_rp_initiated_logout(self):
        """oidcc-backchannel-rp-initiated-logout"""
        path = new_path()
        hears = path + "/backchannel_logout"
        client, asked = self.leaving(path=path, backchannel_logout_session_required=True,
                                     backchannel_logout_uri=self.suite.origin + hears)
        self.assertTrue(self.claims["sid"])
        self.led_back(client, asked)
        heard = self.suite.wait_for(hears)
        self.assertEqual((heard.method, heard.kind, heard.query),
                         ("POST", "application/x-www-form-urlencoded", ""))
        self.assertEqual(heard.version, "TLSv1.3")
        form = fields(heard.body)
        self.assertEqual(form.keys(), {"logout_token"})
        self.check_logout_token(client, form["logout_token"])
        self.assertEqual(self.suite.take(hears), [])

    def check_logout_token(self, client, token):
        """Back-Channel Logout §2.4, §2.6."""
        now = self.house.now()
        claims = checks.verified(token, self.house.keys(), "RS256", "logout+jwt")
        self.assertEqual((claims["iss"], claims["aud"]), (self.house.issuer, client.id))
        self.assertTrue(now - 86400 < claims["iat"] < now + 300, claims)
        self.assertTrue(now < claims["exp"] <= now + 300, claims)
        self.assertTrue(claims["jti"])
        self.assertEqual(claims["events"], {EVENT: {}})
        self.assertEqual((claims["sub"], claims["sid"]), (self.claims["sub"], self.claims["sid"]))
        self.assertNotIn("nonce", claims)


class FrontchannelLogout(LogoutPlan):
    def test_oidcc_frontchannel_logout_discovery(self):
        """oidcc-frontchannel-logout-discovery-endpoint-verification"""
        self.assertIs(self.house.metadata["frontchannel_logout_supported"], True)
        self.assertIs(self.house.metadata["frontchannel_logout_session_supported"], True)

    def test_oidcc_frontchannel_rp_initiated_logout(self):
        """oidcc-frontchannel-rp-initiated-logout: the page loads the app's frame, then goes on"""
        path = new_path()
        hears = path + "/frontchannel_logout"
        client, asked = self.leaving(path=path, frontchannel_logout_session_required=True,
                                     frontchannel_logout_uri=self.suite.origin + hears)
        page = self.log_out(asked)
        [frame] = re.findall(r'<iframe src="([^"]+)"', page.body)
        self.browser.get(html.unescape(frame))
        [heard] = self.suite.take(hears)
        self.assertEqual(fields(heard.query),
                         {"iss": self.house.issuer, "sid": self.claims["sid"]})
        [on] = re.findall(r'id="next" href="([^"]+)"', page.body)
        self.browser.get(html.unescape(on))
        [arrival] = self.came_back(client)
        self.assertEqual(fields(arrival.query), {"state": asked["state"]})
        self.check_signed_out(client)


if __name__ == "__main__":
    unittest.main(verbosity=2)
