#!/usr/bin/env python3
"""What is known of clients that others wrote and that no test can run here, played as their sources
have it; and clocks that disagree (issue 3)."""

import http.server
import secrets
import threading
import time
import unittest
import urllib.parse

from authlib.oauth2.rfc7636 import create_s256_code_challenge

import checks
from client import new_key
from module import Plan
from suite import fields


class LoopbackApp:
    """What an app on the person's own computer listens with: http://localhost:PORT, no path."""

    def __init__(self):
        self.heard = heard = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                heard.append(self.path)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.listener = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self.uri = f"http://localhost:{self.listener.server_address[1]}"
        self.thread = threading.Thread(target=self.listener.serve_forever, args=(0.05,))
        self.thread.start()

    def stop(self):
        self.listener.shutdown()
        self.listener.server_close()
        self.thread.join()


class ForeignClients(Plan):
    def test_oidc_agent(self):
        """It registers http://localhost:PORT as a web app that names no way to prove itself, sends
        Basic always, asks for offline access in words of its own, names the scope at refresh"""
        app = LoopbackApp()
        self.addCleanup(app.stop)
        about = checks.check_registration(self.house.register({
            "application_type": "web", "client_name": "oidc-agent:test",
            "response_types": ["code"], "grant_types": ["authorization_code", "refresh_token"],
            "scope": "openid profile offline_access",
            "redirect_uris": ["http://localhost:8080", app.uri, "http://localhost:4242",
                              "edu.kit.data.oidc-agent:/redirect"]}))
        self.assertEqual(about["token_endpoint_auth_method"], "client_secret_basic")

        verifier = secrets.token_urlsafe(48)
        asked = {"response_type": "code", "client_id": about["client_id"],
                 "redirect_uri": app.uri, "scope": "openid profile offline_access",
                 "access_type": "offline", "prompt": "consent", "state": "0:" + "x" * 24,
                 "code_challenge_method": "S256",
                 "code_challenge": create_s256_code_challenge(verifier)}
        self.browser.open(self.house.metadata["authorization_endpoint"] + "?"
                          + urllib.parse.urlencode(asked))
        [path] = app.heard
        self.assertEqual(path.partition("?")[0], "/")
        answer = fields(path.partition("?")[2])
        checks.check_callback(answer, self.house.issuer, asked["state"])

        def post(endpoint, **form):
            # As curl sends a user and a password: nothing is form-encoded.
            return self.house.web.post(self.house.metadata[endpoint], data=form, timeout=30,
                                       auth=(about["client_id"], about["client_secret"]))

        tokens = checks.check_tokens(post(
            "token_endpoint", grant_type="authorization_code", code=answer["code"],
            redirect_uri=app.uri, response_type="token", code_verifier=verifier))
        renewed = checks.check_tokens(post(
            "token_endpoint", grant_type="refresh_token", scope="openid profile",
            refresh_token=tokens["refresh_token"]))
        self.assertNotEqual(renewed["access_token"], tokens["access_token"])
        gone = post("revocation_endpoint", token_type_hint="refresh_token",
                    token=tokens["refresh_token"])
        self.assertEqual(gone.status_code, 200)
        self.assertNotIn("error", gone.json())  # it reads what it is told
        checks.check_refused(post("token_endpoint", grant_type="refresh_token",
                                  refresh_token=tokens["refresh_token"]), ["invalid_grant"])

    def test_app_auth(self):
        """It takes an ID token and an access token of ten minutes or less for expired, and sends no
        client_secret, but its client_id: a public client on a device"""
        client = self.client(auth="none", jwks=None, application_type="native",
                             redirect_uris=["com.example.app:/oauth2redirect"])
        self.assertNotIn("client_secret", client.about)
        verifier = secrets.token_urlsafe(48)
        request = client.request(redirect_uri="com.example.app:/oauth2redirect",
                                 code_challenge_method="S256",
                                 code_challenge=create_s256_code_challenge(verifier))
        page = self.browser.open(client.url(request), until="com.example.app:")
        answer = fields(urllib.parse.urlsplit(page.location).query)
        checks.check_callback(answer, self.house.issuer, request["state"])
        tokens = checks.check_tokens(client.redeem(
            answer["code"], proof=({"client_id": client.id}, {}), code_verifier=verifier,
            redirect_uri="com.example.app:/oauth2redirect"))
        claims = client.id_token(tokens, request["nonce"])
        self.assertGreater(tokens["expires_in"], 600)
        self.assertGreater(claims["exp"] - claims["iat"], 600)

    def test_authlib_names_the_token_endpoint_as_audience(self):
        """So does the suite; the issuer is right, too, and nothing else"""
        client = self.client(auth="private_key_jwt")
        for audience, fits in ((self.house.metadata["token_endpoint"], True),
                               (self.house.issuer, True),
                               (self.house.metadata["userinfo_endpoint"], False),
                               (self.house.issuer + "/other", False)):
            request = client.request()
            code = client.code(self.browser, request)
            answer = client.redeem(code, proof=client.proof(aud=audience))
            if fits:
                checks.check_tokens(answer)
            else:
                checks.check_refused(answer, ["invalid_client"], (400, 401))
        answer = client.redeem(code, proof=client.proof(key=new_key()))
        checks.check_refused(answer, ["invalid_client"], (400, 401))


class Clocks(Plan):
    """The server's clock is two minutes off that of its apps, and jumps while a person is on the
    way. Nobody is asked to sign in twice (Browser.open fails then)."""

    @classmethod
    def open_house(cls, **how):
        house = super().open_house(clock=True)
        house.now = time.time  # the apps' clock is right
        return house

    def asks(self, client, **changes):
        begun = len(self.browser.shown)
        self.sign_in(client, **changes)
        return self.browser.shown[begun:].count("login")

    def test_max_age_and_prompt_login_loop_for_nobody(self):
        clock = self.house.server.clock
        for offset in (120, 0):  # ahead of the apps, then set back to their time
            clock.set(offset)
            client = self.client()
            self.browser = self.new_browser()
            self.assertEqual(self.asks(client, max_age=1), 1)
            for asked in ({"prompt": "login"}, {"max_age": 0}, {"prompt": "select_account"},
                          {"prompt": "login", "max_age": 0}):
                self.assertEqual(self.asks(client, **asked), 1, f"{offset}: {asked}")
            self.assertEqual(self.asks(client, max_age=600), 0)

    def test_a_clock_that_jumps_while_the_person_signs_in(self):
        """Ahead and back, between the page and the password, and between login and consent"""
        clock = self.house.server.clock
        for first, second in ((120, 240), (240, 120), (120, 120)):
            for asked in ({"max_age": 1}, {"prompt": "login"}):
                client = self.client()
                self.browser = self.new_browser()
                request = client.request(**asked)
                page = self.browser.get(client.url(request))
                self.assertEqual(self.browser.kind_of(page), "login")
                clock.set(first)
                page = self.browser.act("login", page)
                clock.set(second)
                self.browser.walk(page)
                self.assertNotIn("login", self.browser.shown, f"{first}, {second}: {asked}")
                self.finish(client, client.called_back(request)["code"], request["nonce"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
