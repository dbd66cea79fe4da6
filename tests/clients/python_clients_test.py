#!/usr/bin/env python3
"""Debian's own OAuth clients against `grantd dev`: authlib and requests-oauthlib. GRANTD names the
binary. Each with a negative."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests/person"))
from person import Person  # noqa: E402
from ports import free_ports  # noqa: E402

os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # http on loopback
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
import requests  # noqa: E402
from authlib.integrations.base_client import OAuthError  # noqa: E402
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession  # noqa: E402
from authlib.jose import JsonWebKey, jwt  # noqa: E402
from authlib.oauth2.rfc6749.errors import MismatchingStateException  # noqa: E402
from authlib.oidc.core import CodeIDToken  # noqa: E402
from oauthlib.oauth2 import InvalidGrantError, MismatchingStateError  # noqa: E402
from requests_oauthlib import OAuth2Session  # noqa: E402

GRANTD = os.path.abspath(os.environ.get("GRANTD", SOURCE / "build/release/grantd"))
CALLBACK = "https://app.example/callback"
SCOPE = "openid profile offline_access notes.read"
SECRET = "the secret of an app: 0123456789"


class PythonClients(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="grantd-clients-")
        data = os.path.join(cls.folder.name, "data")
        port = free_ports(4)
        cls.issuer = f"http://127.0.0.1:{port}"
        cls.process = subprocess.Popen(
            [GRANTD, "dev", "--port", str(port), "--data", data, "--log", "warning"],
            stdout=subprocess.PIPE, text=True)
        for line in cls.process.stdout:
            if line.startswith("Ready in "):
                break
        else:
            raise AssertionError("grantd dev did not start")
        secret = os.path.join(cls.folder.name, "secret")
        with open(os.open(secret, os.O_WRONLY | os.O_CREAT, 0o600), "w", encoding="ascii") as file:
            file.write(SECRET)
        subprocess.run(
            [GRANTD, "client", "create", "--id", "python", "--redirect-uri", CALLBACK, "--grant",
             "authorization_code", "--grant", "refresh_token", "--scope", SCOPE, "--pkce",
             "optional", "--secret-file", secret, "--config", os.path.join(data, "grantd.toml")],
            check=True, stdout=subprocess.DEVNULL)
        cls.metadata = requests.get(f"{cls.issuer}/.well-known/openid-configuration",
                                    timeout=10).json()

    @classmethod
    def tearDownClass(cls):
        cls.process.send_signal(2)
        cls.process.wait(timeout=30)
        cls.process.stdout.close()
        cls.folder.cleanup()

    def walk(self, url):
        """Signs in and allows; the URL that the app is called back by."""
        person = Person()
        page = person.open(url, CALLBACK)
        page = person.sign_in(page, "ada", "correct horse", CALLBACK)
        if not (page.location or "").startswith(CALLBACK):
            page = person.decide(page, "allow", CALLBACK)
        return page.location

    def test_authlib(self):
        app = AuthlibSession("python", SECRET, scope=SCOPE, redirect_uri=CALLBACK,
                             code_challenge_method="S256")
        self.addCleanup(app.close)
        verifier = "v" * 64
        url, state = app.create_authorization_url(self.metadata["authorization_endpoint"],
                                                  code_verifier=verifier, nonce="n-1")
        back = self.walk(url)
        with self.assertRaises(MismatchingStateException):
            app.fetch_token(self.metadata["token_endpoint"], authorization_response=back,
                            state="another state", code_verifier=verifier)
        token = app.fetch_token(self.metadata["token_endpoint"], authorization_response=back,
                                state=state, code_verifier=verifier)
        keys = JsonWebKey.import_key_set(requests.get(self.metadata["jwks_uri"], timeout=10).json())
        claims = jwt.decode(token["id_token"], keys, claims_cls=CodeIDToken, claims_options={
            "iss": {"value": self.issuer}, "aud": {"value": "python"}},
            claims_params={"nonce": "n-1", "client_id": "python",
                           "access_token": token["access_token"]})
        claims.validate()
        person = app.get(self.metadata["userinfo_endpoint"]).json()
        self.assertEqual(person["sub"], claims["sub"])
        self.assertTrue(person["name"].startswith("Ada"))
        renewed = app.refresh_token(self.metadata["token_endpoint"])
        self.assertNotEqual(renewed["access_token"], token["access_token"])
        self.assertEqual(app.revoke_token(self.metadata["revocation_endpoint"],
                                          token=renewed["refresh_token"]).status_code, 200)
        with self.assertRaises(OAuthError) as refused:
            app.refresh_token(self.metadata["token_endpoint"],
                              refresh_token=renewed["refresh_token"])
        self.assertEqual(refused.exception.error, "invalid_grant")

    def test_requests_oauthlib(self):
        def session(**more):
            made = OAuth2Session("python", redirect_uri=CALLBACK, scope=SCOPE.split(), **more)
            self.addCleanup(made.close)
            return made

        app = session()
        url, state = app.authorization_url(self.metadata["authorization_endpoint"])
        back = self.walk(url)
        with self.assertRaises(MismatchingStateError):
            session(state="other").fetch_token(self.metadata["token_endpoint"],
                                               authorization_response=back, client_secret=SECRET)
        app.fetch_token(self.metadata["token_endpoint"], authorization_response=back,
                        client_secret=SECRET)
        self.assertTrue(app.get(self.metadata["userinfo_endpoint"]).json()["name"])
        with self.assertRaises(InvalidGrantError):  # a used code
            session(state=state).fetch_token(self.metadata["token_endpoint"],
                                             authorization_response=back, client_secret=SECRET)


if __name__ == "__main__":
    unittest.main(verbosity=2)
