"""A relying party as the suite plays it: it registers itself, asks, redeems, refreshes, reads; with
each answer it makes the checks that all modules share (checks.py)."""

import base64
import json
import secrets
import urllib.parse

import requests
from authlib.jose import JsonWebKey, JsonWebSignature

import checks
from suite import fields

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def new_key():
    return JsonWebKey.generate_key("RSA", 2048, {"kid": secrets.token_urlsafe(8), "use": "sig",
                                                 "alg": "RS256"}, is_private=True)


def new_path():
    return "/test/a/" + secrets.token_urlsafe(9)


def key_set(*keys):
    return {"keys": [key.as_dict(is_private=False) for key in keys]}


def sign(key, claims, **header):
    """A JWS with no typ, where none is given."""
    header = {"alg": "RS256", "kid": key["kid"], **header}
    return JsonWebSignature(["RS256"]).serialize_compact(header, json.dumps(claims), key).decode()


def unsigned(claims):
    """alg none."""
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
                    for part in ({"alg": "none"}, claims)) + "."


class House:
    """The server under test, as the suite sees it, and the suite beside it."""

    spare_keys = []

    def __init__(self, server, suite, certificates):
        self.server, self.suite, self.certificates = server, suite, certificates
        self.web = requests.Session()
        self.web.verify = certificates.ca
        self.web.trust_env = False
        self.issuer = server.issuer
        self.metadata = checks.check_configuration(self.get_configuration(), self.issuer)
        self.key = self.spare_keys.pop() if self.spare_keys else new_key()

    def get_configuration(self):
        return self.web.get(f"{self.issuer}/.well-known/openid-configuration", timeout=30)

    def keys(self):
        return checks.check_jwks(self.web.get(self.metadata["jwks_uri"], timeout=30))

    def register(self, metadata):
        return self.web.post(self.metadata["registration_endpoint"], json=metadata, timeout=30)

    def now(self):
        return self.server.now()

    def close(self):
        self.web.close()


class Client:
    """`metadata`: members of the registration beyond what the suite sends always; None takes one
    away. `path`: below it lies all of the client's at the suite. `query`: of its redirect URI."""

    def __init__(self, house, auth="client_secret_basic", response_mode=None, path=None, query="",
                 **metadata):
        self.house, self.auth, self.response_mode = house, auth, response_mode
        self.key = house.key
        self.path = path or new_path()
        self.redirect_uri = house.suite.origin + self.path + "/callback" + query
        self.algorithm = metadata.get("id_token_signed_response_alg", "RS256")
        assert auth in house.metadata["token_endpoint_auth_methods_supported"], house.metadata
        self.about = checks.check_registration(house.register(self.asked(metadata)))
        self.id = self.about["client_id"]
        assert self.about["token_endpoint_auth_method"] == auth, self.about
        assert ("client_secret" in self.about) == auth.startswith("client_secret_"), self.about

    def asked(self, changes):
        """What the suite sends, and nothing else: defaults must stand in."""
        asked = {
            "client_name": f"OIDF conformance {self.path}",
            "grant_types": ["authorization_code"],
            "jwks": key_set(self.key),
            "token_endpoint_auth_method": self.auth,
            "response_types": ["code"],
            "redirect_uris": [self.redirect_uri],
            "contacts": ["certification@oidf.org"],
            **changes,
        }
        return {name: value for name, value in asked.items() if value is not None}

    def unregister(self):
        """RFC 7592 §2.3."""
        gone = self.house.web.delete(
            self.about["registration_client_uri"], timeout=30,
            headers={"Authorization": f"Bearer {self.about['registration_access_token']}"})
        assert gone.status_code == 204 and not gone.content, f"{gone.status_code} {gone.text}"

    # ---- the authorization endpoint

    def request(self, **changes):
        """Parameters of a request without PKCE; a value of None leaves one out."""
        asked = {"client_id": self.id, "redirect_uri": self.redirect_uri, "scope": "openid",
                 "state": secrets.token_urlsafe(8)[:10], "nonce": secrets.token_urlsafe(8)[:10],
                 "response_type": "code", "response_mode": self.response_mode, **changes}
        return {name: value for name, value in asked.items() if value is not None}

    def url(self, request):
        return (self.house.metadata["authorization_endpoint"] + "?"
                + urllib.parse.urlencode(request))

    def ask(self, browser, request):
        """The page where the browser stops, be it the suite's own."""
        return browser.open(self.url(request))

    def callbacks(self):
        return self.house.suite.take(self.path + "/callback")

    def called_back(self, request):
        """The parameters of the one answer that came: by POST where form_post was asked for, with
        nothing in the address, else in the query (and what the redirect URI had there)."""
        [arrival] = self.callbacks()
        own = fields(urllib.parse.urlsplit(self.redirect_uri).query)
        query = fields(arrival.query)
        if self.response_mode == "form_post":
            assert arrival.method == "POST", arrival
            assert arrival.kind == "application/x-www-form-urlencoded", arrival
            assert query == own, arrival
            callback = fields(arrival.body)
        else:
            assert arrival.method == "GET" and own.items() <= query.items(), arrival
            callback = {name: text for name, text in query.items() if name not in own}
        checks.check_callback(callback, self.house.issuer, request.get("state"))
        return callback

    def code(self, browser, request):
        self.ask(browser, request)
        callback = self.called_back(request)
        checks.check_code(callback)
        return callback["code"]

    def error(self, browser, request, *errors):
        """The answer is one of these errors, at the app."""
        self.ask(browser, request)
        callback = self.called_back(request)
        checks.check_error(callback, errors)
        return callback

    def page(self, browser, request):
        """The answer is an error page, and nothing at the app."""
        page = self.ask(browser, request)
        checks.check_page(page, self.callbacks())
        return page

    # ---- the token endpoint and userinfo

    def assertion(self, key=None, **changes):
        now = int(self.house.now())
        claims = {"iss": self.id, "sub": self.id, "aud": self.house.metadata["token_endpoint"],
                  "jti": secrets.token_urlsafe(16), "iat": now, "exp": now + 60, **changes}
        return sign(key or self.key, claims)

    def proof(self, **changes):
        """Form fields and headers by which it proves itself."""
        if self.auth == "client_secret_basic":
            # RFC 6749 §2.3.1: form-encoded, then base64.
            pair = ":".join(urllib.parse.quote_plus(part)
                            for part in (self.id, self.about["client_secret"]))
            return {}, {"Authorization": "Basic " + base64.b64encode(pair.encode()).decode()}
        if self.auth == "client_secret_post":
            return {"client_id": self.id, "client_secret": self.about["client_secret"]}, {}
        return {"client_assertion_type": ASSERTION, "client_assertion": self.assertion(**changes),
                "client_id": self.id}, {}

    def post(self, endpoint, form, proof=None):
        more, headers = proof or self.proof()
        return self.house.web.post(self.house.metadata[endpoint], data={**form, **more},
                                   headers=headers, timeout=30)

    def redeem(self, code, proof=None, **more):
        return self.post("token_endpoint", {"grant_type": "authorization_code", "code": code,
                                            "redirect_uri": self.redirect_uri, **more}, proof)

    def refresh(self, token, proof=None, **more):
        return self.post("token_endpoint", {"grant_type": "refresh_token",
                                            "refresh_token": token, **more}, proof)

    def id_token(self, tokens, nonce):
        """The claims, checked."""
        claims = checks.verified(tokens["id_token"], self.house.keys(), self.algorithm)
        checks.check_id_token(claims, self.house.issuer, self.id, nonce, self.house.now())
        checks.check_hash(claims, "at_hash", tokens["access_token"])
        return claims

    def userinfo(self, token, method="GET", by="header"):
        """The answer as it is."""
        form = {"access_token": token} if by == "body" else None
        headers = {"Authorization": f"Bearer {token}"} if by == "header" else {}
        return self.house.web.request(method, self.house.metadata["userinfo_endpoint"], data=form,
                                      headers=headers, timeout=30)

    def person(self, tokens, subject, **how):
        """Its claims, checked."""
        answer = self.userinfo(tokens["access_token"], **how)
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/json", answer.headers
        claims = answer.json()
        assert claims["sub"] == subject, claims
        checks.check_subject(claims)
        checks.check_standard_claims(claims, self.house.now())
        return claims
