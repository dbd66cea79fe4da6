"""The suite's check of the discovery document (checklist 4.2): its members, their types, and what
must be in them."""

import re

import checks

# The IANA registry "OAuth Authorization Server Metadata" (RFC 8414, Discovery, the logout and FAPI
# documents …), as far as its names go; an unknown member is a warning of the suite's.
KNOWN = set("""
issuer authorization_endpoint token_endpoint jwks_uri registration_endpoint scopes_supported
response_types_supported response_modes_supported grant_types_supported
token_endpoint_auth_methods_supported token_endpoint_auth_signing_alg_values_supported
service_documentation ui_locales_supported op_policy_uri op_tos_uri revocation_endpoint
revocation_endpoint_auth_methods_supported revocation_endpoint_auth_signing_alg_values_supported
introspection_endpoint introspection_endpoint_auth_methods_supported
introspection_endpoint_auth_signing_alg_values_supported code_challenge_methods_supported
signed_metadata device_authorization_endpoint tls_client_certificate_bound_access_tokens
mtls_endpoint_aliases userinfo_endpoint acr_values_supported subject_types_supported
id_token_signing_alg_values_supported id_token_encryption_alg_values_supported
id_token_encryption_enc_values_supported userinfo_signing_alg_values_supported
userinfo_encryption_alg_values_supported userinfo_encryption_enc_values_supported
request_object_signing_alg_values_supported request_object_encryption_alg_values_supported
request_object_encryption_enc_values_supported display_values_supported claim_types_supported
claims_supported claims_locales_supported claims_parameter_supported request_parameter_supported
request_uri_parameter_supported require_request_uri_registration require_signed_request_object
pushed_authorization_request_endpoint require_pushed_authorization_requests
introspection_signing_alg_values_supported introspection_encryption_alg_values_supported
introspection_encryption_enc_values_supported authorization_response_iss_parameter_supported
check_session_iframe frontchannel_logout_supported frontchannel_logout_session_supported
backchannel_logout_supported backchannel_logout_session_supported end_session_endpoint
backchannel_authentication_endpoint backchannel_token_delivery_modes_supported
backchannel_authentication_request_signing_alg_values_supported
backchannel_user_code_parameter_supported dpop_signing_alg_values_supported
authorization_details_types_supported authorization_signing_alg_values_supported
authorization_encryption_alg_values_supported authorization_encryption_enc_values_supported
prompt_values_supported
""".split())
BOOLEAN = re.compile(r"_parameter_supported$|^require_|logout_supported$|logout_session_supported$"
                     r"|^tls_client_certificate_bound_access_tokens$"
                     r"|^backchannel_user_code_parameter_supported$")
LIST = re.compile(r"_supported$")
# Language tags of the subtag registry, in canonical case, as far as pages are translated.
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
# What the implicit flow would need (4.3, module 9): the one thing that is not offered.
IMPLICIT_RESPONSES = {"id_token", "id_token token"}
IMPLICIT_GRANTS = {"implicit"}


def check_types(document):
    unknown = document.keys() - KNOWN
    assert not unknown, f"unknown members: {unknown}"
    for name, value in document.items():
        if BOOLEAN.search(name):
            assert isinstance(value, bool), f"{name}: {value}"
        elif LIST.search(name):
            assert isinstance(value, list) and value, f"{name}: {value}"
            assert all(isinstance(each, str) and each for each in value), f"{name}: {value}"
            assert len(set(value)) == len(value), f"{name}: {value}"
        else:
            assert checks.is_uri(value), f"{name}: {value}"


def check_document(document, url):
    """Everything but what only a dynamic client's plan demands. `url`: where it was read."""
    issuer = document["issuer"]
    assert re.fullmatch(r"https://[^/?#@]+(/[^?#]*)?", issuer), issuer
    assert url == issuer.rstrip("/") + "/.well-known/openid-configuration", url
    check_types(document)
    assert "code" in document["response_types_supported"], document
    assert {"public", "pairwise"} & set(document["subject_types_supported"]), document
    assert "RS256" in document["id_token_signing_alg_values_supported"], document
    assert "none" not in document["id_token_signing_alg_values_supported"], document
    assert "RS256" in document["request_object_signing_alg_values_supported"], document
    assert "openid" in document["scopes_supported"], document
    assert "authorization_code" in document["grant_types_supported"], document
    assert {"S256"} == set(document["code_challenge_methods_supported"]), document
    for name in ("userinfo_endpoint", "registration_endpoint", "end_session_endpoint",
                 "jwks_uri", "claims_supported", "userinfo_signing_alg_values_supported"):
        assert name in document, f"{name} is missing"
    for scope in document["scopes_supported"]:
        assert re.fullmatch(r"[\x21\x23-\x5b\x5d-\x7e]+", scope), scope
    for name in ("ui_locales_supported", "claims_locales_supported"):
        for tag in document.get(name, []):
            assert LANGUAGE.fullmatch(tag), f"{name}: {tag}"


def missing_for_implicit(document):
    """(response types, grant types) that oidcc-discovery-endpoint-verification with a dynamic
    client demands and the document has not."""
    wanted = {"code"} | IMPLICIT_RESPONSES
    return (wanted - set(document["response_types_supported"]),
            ({"authorization_code"} | IMPLICIT_GRANTS) - set(document["grant_types_supported"]))
