"""What every module of the suite checks on its way: the metadata, the keys, a registration, an
answer of the authorization endpoint, tokens, claims. What the suite only warns of fails here, too.
Each check raises AssertionError."""

import base64
import collections
import hashlib
import json
import math
import re
import urllib.parse

from authlib.jose import JsonWebKey, JsonWebSignature

YEAR = 31_536_000  # seconds
ERROR_TEXT = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]+")  # RFC 6749 §4.1.2.1
TOKEN_TEXT = re.compile(r"[\x20-\x7e]+")  # RFC 6749 §A.12, §A.17
# What an ID token may hold that nobody asked for.
UNASKED = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash",
           "c_hash", "s_hash", "nbf", "jti", "sid", "txn"}
BOOLEANS = {"email_verified", "phone_number_verified"}
URIS = {"profile", "picture", "website"}
TEXTS = {"name", "given_name", "family_name", "middle_name", "nickname", "preferred_username",
         "gender", "zoneinfo", "locale", "email", "phone_number"} | URIS
SCOPES = {
    "profile": {"name", "given_name", "family_name", "middle_name", "nickname", "profile",
                "picture", "website", "gender", "birthdate", "zoneinfo", "locale", "updated_at",
                "preferred_username"},
    "email": {"email", "email_verified"},
    "address": {"address"},
    "phone": {"phone_number", "phone_number_verified"},
}


def number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def entropy_bits(text):
    """Shannon's, of the characters as they are."""
    counts = collections.Counter(text).values()
    return -sum(n * math.log2(n / len(text)) for n in counts)


def check_random(text, what):
    assert TOKEN_TEXT.fullmatch(text), f"{what}: {text!r}"
    assert len(text) * 6 >= 128 and entropy_bits(text) > 96, f"{what} can be guessed: {text}"


def is_uri(text, schemes=("https",)):
    parts = urllib.parse.urlsplit(text)
    return parts.scheme in schemes and bool(parts.hostname)


# ---- the server's own documents


def check_configuration(answer, issuer):
    """Gives the document."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json", answer.headers
    document = answer.json()
    assert document["issuer"] == issuer, document
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        assert is_uri(document[name]), f"{name}: {document[name]}"
    return document


def check_jwks(answer):
    """Gives the keys as authlib has them, by their kid."""
    assert answer.status_code == 200, answer.text
    keys = answer.json()["keys"]
    kids = [key["kid"] for key in keys]
    assert kids and len(set(kids)) == len(kids), kids
    for key in keys:
        assert key["kty"] in ("RSA", "EC", "OKP"), key
        assert not {"d", "p", "q", "dp", "dq", "qi", "oth", "k"} & key.keys(), key
        if key["kty"] == "EC":
            assert key["crv"] in ("P-256", "P-384", "P-521"), key
    return {key["kid"]: JsonWebKey.import_key(key) for key in keys}


def check_registration(answer):
    """RFC 7591 §3.2.1, OpenID Connect Registration §3.2. Gives the document."""
    assert answer.status_code == 201, answer.text
    assert answer.headers["content-type"] == "application/json", answer.headers
    document = answer.json()
    assert "error" not in document and document["client_id"], document
    assert ("client_secret" in document) <= ("client_secret_expires_at" in document), document
    assert ("registration_client_uri" in document) == ("registration_access_token" in document)
    assert is_uri(document["registration_client_uri"]), document
    return document


def check_refused(answer, errors, statuses=(400,)):
    """An error as JSON, of the token and the registration endpoint."""
    assert answer.status_code in statuses, f"{answer.status_code}: {answer.text}"
    assert answer.headers["content-type"] == "application/json", answer.headers
    document = answer.json()
    assert document["error"] in errors, document
    assert ERROR_TEXT.fullmatch(document.get("error_description", "x")), document
    # 401 goes with invalid_client, and never with anything else.
    assert answer.status_code != 401 or document["error"] == "invalid_client", document
    return document


# ---- answers of the authorization endpoint


def check_callback(callback, issuer, state):
    assert callback.get("state") == state, callback
    assert callback.get("iss", issuer) == issuer, callback


def check_code(callback):
    assert "error" not in callback, callback
    assert callback.keys() <= {"code", "state", "iss", "session_state"}, callback
    check_random(callback["code"], "the code")


def check_error(callback, errors):
    """The generic check of a redirected error."""
    assert callback["error"] in errors, callback
    assert callback.keys() <= {"error", "error_description", "error_uri", "state", "iss",
                               "session_state"}, callback
    assert ERROR_TEXT.fullmatch(callback.get("error_description", "x")), callback
    assert "error_uri" not in callback or is_uri(callback["error_uri"]), callback


# ---- tokens


def check_tokens(answer):
    """Of the token endpoint; gives the document."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json", answer.headers
    assert answer.headers["cache-control"] == "no-store", answer.headers
    document = answer.json()
    assert document["token_type"].lower() == "bearer", document
    check_random(document["access_token"], "the access token")
    if "refresh_token" in document:
        check_random(document["refresh_token"], "the refresh token")
    life = document["expires_in"]
    assert number(life) and 1 <= life <= YEAR, document
    return document


def part_of(token, index):
    part = token.split(".")[index]
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def verified(token, keys, algorithm, typ=None):
    """The claims of what a published key signed."""
    header = part_of(token, 0)
    assert header["alg"] == algorithm, header
    assert header["kid"] in keys, f"{header} is none of {list(keys)}"
    assert typ is None or header["typ"] == typ, header
    signature = JsonWebSignature([algorithm]).deserialize_compact(token, keys[header["kid"]])
    return json.loads(signature["payload"])


def check_id_token(claims, issuer, client_id, nonce, now):
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    assert claims["iss"] == issuer and client_id in audience, claims
    assert number(claims["exp"]) and now < claims["exp"] < now + 50 * YEAR, claims
    assert number(claims["iat"]) and abs(claims["iat"] - now) < 300, claims
    assert claims.get("nonce") == nonce and ("nonce" in claims) == (nonce is not None), claims
    if "auth_time" in claims:
        assert number(claims["auth_time"]), claims
        assert now - YEAR < claims["auth_time"] < now + 300, claims
    assert isinstance(claims.get("acr", "x"), str) and claims.get("acr", "x"), claims
    check_subject(claims)
    check_standard_claims(claims, now)


def check_hash(claims, name, value):
    """Core §3.1.3.6, for algorithms of 256 bits."""
    half = hashlib.sha256(value.encode()).digest()[:16]
    expected = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    assert claims.get(name, expected) == expected, claims


def check_subject(claims):
    assert re.fullmatch(r"[\x21-\x7e]{1,255}", claims["sub"]), claims


def check_standard_claims(claims, now):
    """OpenID Connect Core §5.1: their types."""
    for name in TEXTS & claims.keys():
        assert isinstance(claims[name], str) and claims[name], f"{name}: {claims}"
    for name in BOOLEANS & claims.keys():
        assert isinstance(claims[name], bool), f"{name}: {claims}"
    for name in URIS & claims.keys():
        assert is_uri(claims[name], ("http", "https")), f"{name}: {claims}"
    if "updated_at" in claims:
        assert number(claims["updated_at"]) and claims["updated_at"] < now + 300, claims
    if "birthdate" in claims:
        assert re.fullmatch(r"\d{4}(-\d\d-\d\d)?", claims["birthdate"]), claims
    if "address" in claims:
        assert isinstance(claims["address"], dict) and claims["address"], claims
        assert claims["address"].keys() <= {"formatted", "street_address", "locality", "region",
                                            "postal_code", "country"}, claims
        assert all(isinstance(each, str) for each in claims["address"].values()), claims
    # Distributed and aggregated claims, where there are any, name their sources (Core §5.6.2).
    names = claims.get("_claim_names", {})
    assert set(names.values()) == set(claims.get("_claim_sources", {})), claims


def check_page(page, callbacks):
    """An error page for the person (the suite asks for a picture of it): HTML with a heading, and
    nothing that went to the app."""
    assert 400 <= page.status < 500, f"{page.status}: {page.body}"
    assert page.headers["content-type"].startswith("text/html"), page.headers
    assert page.heading and page.location is None, page.body
    assert callbacks == [], callbacks
