// The only file that names every feature: the specification's table of contents.
#include "grantd/core/features.h"

#include "grantd/core/account/endpoint.h"
#include "grantd/core/authorize/endpoint.h"
#include "grantd/core/client_auth/client_keys.h"
#include "grantd/core/discovery/metadata.h"
#include "grantd/core/interact/consent.h"
#include "grantd/core/interact/login.h"
#include "grantd/core/interact/logout.h"
#include "grantd/core/introspect/endpoint.h"
#include "grantd/core/oidc/claims.h"
#include "grantd/core/oidc/id_token.h"
#include "grantd/core/register/endpoint.h"
#include "grantd/core/revoke/endpoint.h"
#include "grantd/core/token/client_credentials_grant.h"
#include "grantd/core/token/code_grant.h"
#include "grantd/core/token/endpoint.h"
#include "grantd/core/token/refresh_grant.h"
#include "grantd/core/userinfo/endpoint.h"

namespace grantd::core {
namespace {

// What is asked at this URL? `advertised`: the member of RFC 8414 §2 that names it.
struct EndpointRow {
  Endpoint endpoint;
  std::string_view advertised;
};
constexpr bool kCrossOrigin = true;
const EndpointRow kEndpoints[] = {
    // name, path, methods, for a person, read, cross-origin                        metadata member
    // RFC 6749 §3.1 has GET and POST. A HEAD that were the same as GET (RFC 9110 §9.3.2) would draw
    // a code for whoever only looks.
    {{"authorize", "/authorize", "GET, POST", true, read_authorize},
     "authorization_endpoint"},                                                     // RFC 6749 §3.1
    {{"login", "/login", "GET, POST", true, read_login}, ""},
    {{"consent", "/consent", "GET, POST", true, read_consent}, ""},
    {{"account", "/account", "GET, HEAD, POST", true, read_account}, ""},
    {{"logout", "/logout", "GET, HEAD, POST", true, read_logout},
     "end_session_endpoint"},                                         // RP-Initiated Logout §2.1
    {{"token", "/token", "POST", false, read_token, kCrossOrigin},
     "token_endpoint"},                                               // RFC 6749 §3.2
    {{"revoke", "/revoke", "POST", false, read_revoke, kCrossOrigin},
     "revocation_endpoint"},                                          // RFC 7009
    {{"introspect", "/introspect", "POST", false, read_introspect},
     "introspection_endpoint"},                                                      // RFC 7662
    {{"userinfo", "/userinfo", "GET, HEAD, POST", false, read_userinfo, kCrossOrigin},
     "userinfo_endpoint"},                                             // OpenID Connect Core §5.3
    {{"register", "/register", "GET, POST, PUT, DELETE", false, read_register},
     "registration_endpoint"},                       // RFC 7591, RFC 7592, OpenID Registration
    {{"jwks", "/jwks", "GET, HEAD", false, read_jwks}, "jwks_uri"},                 // RFC 7517 §5
    {{"metadata", "/.well-known/oauth-authorization-server", "GET, HEAD", false, read_metadata},
     ""},                                                                           // RFC 8414 §3
    {{"openid_configuration", "/.well-known/openid-configuration", "GET, HEAD", false,
      read_metadata},
     ""},                                                                           // Discovery §4
};

// What does this proof entitle to?
const GrantRow kGrants[] = {
    {GrantType::authorization_code, read_code_grant},               // RFC 6749 §4.1
    {GrantType::refresh_token, read_refresh_grant},                 // RFC 6749 §6
    {GrantType::client_credentials, read_client_credentials_grant},  // RFC 6749 §4.4
};

// Is this the client? (client_auth/authenticate)
constexpr AuthMethod kClientAuth[] = {
    AuthMethod::client_secret_basic,  // RFC 6749 §2.3.1
    AuthMethod::client_secret_post,   // RFC 6749 §2.3.1
    AuthMethod::private_key_jwt,      // OpenID Connect Core §9, RFC 7523
    AuthMethod::none,                 // RFC 7591 §2
};

Json names_of_auth_methods() {
  Json names = Json::array();
  for (const AuthMethod method : kClientAuth) names.push_back(to_text(method));
  return names;
}

Json names_of_algorithms(std::span<const jose::Algorithm> algorithms) {
  Json names = Json::array();
  for (const jose::Algorithm each : algorithms) names.push_back(jose::name_of(each));
  return names;
}

// RFC 8414 §2, RFC 9701 §7. A public client cannot ask: it proves nothing.
void advertise_introspection(const Policy& policy, Json& document) {
  Json methods = Json::array();
  for (const AuthMethod method : kClientAuth) {
    if (method != AuthMethod::none) methods.push_back(to_text(method));
  }
  document.set("introspection_endpoint_auth_methods_supported", std::move(methods));
  document.set("introspection_endpoint_auth_signing_alg_values_supported",
               names_of_algorithms(client_algorithms()));
  document.set("introspection_signing_alg_values_supported",
               Json::array({jose::name_of(introspection_algorithm(policy))}));
}

// OpenID Connect Discovery §3.
void advertise_openid(const Policy& policy, Json& document) {
  Json claims = Json::array({"sub", "iss", "aud", "exp", "iat", "auth_time", "acr", "amr", "sid",
                             "nonce", "at_hash"});
  for (const std::string_view claim : standard_claims()) claims.push_back(claim);
  Json acr_values = Json::array();
  for (const std::string_view value : kAcrValues) acr_values.push_back(value);
  document.set("subject_types_supported", Json::array({"public", "pairwise"}));
  document.set("id_token_signing_alg_values_supported", names_of_algorithms(policy.algorithms));
  document.set("claim_types_supported", Json::array({"normal"}));
  document.set("claims_supported", std::move(claims));
  document.set("claims_parameter_supported", true);
  document.set("acr_values_supported", std::move(acr_values));
  document.set("prompt_values_supported",
               Json::array({"none", "login", "consent", "select_account"}));
  // Back-Channel Logout §2.1, Front-Channel Logout §3.
  for (const std::string channel : {"backchannel", "frontchannel"}) {
    document.set(channel + "_logout_supported", true);
    document.set(channel + "_logout_session_supported", true);
  }
  Json languages = Json::array();
  for (const std::string& language : policy.languages) languages.push_back(language);
  if (!policy.languages.empty()) document.set("ui_locales_supported", std::move(languages));
  // OpenID Connect Core §6; absent, request_uri_parameter_supported would mean true.
  document.set("request_parameter_supported", true);
  document.set("request_uri_parameter_supported", true);
  document.set("require_request_uri_registration", true);
  document.set("request_object_signing_alg_values_supported",
               names_of_algorithms(client_algorithms()));
}

}  // namespace

Features::Features(const std::set<std::string>& off) {
  for (const EndpointRow& row : kEndpoints) {
    if (!off.contains(std::string(row.endpoint.name))) endpoints_.push_back(row.endpoint);
  }
  for (const GrantRow& row : kGrants) {
    if (!off.contains(std::string(to_text(row.type)))) grants_.push_back(row);
  }
}

const Endpoint* Features::endpoint(std::string_view path) const {
  for (const Endpoint& endpoint : endpoints_) {
    if (endpoint.path == path) return &endpoint;
  }
  return nullptr;
}

const GrantRow* Features::grant(GrantType type) const {
  for (const GrantRow& row : grants_) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

Json Features::metadata(const Policy& policy) const {
  Json document = Json::object({{"issuer", policy.issuer.str()}});
  for (const EndpointRow& row : kEndpoints) {
    if (row.advertised.empty() || !endpoint(row.endpoint.path)) continue;
    document.set(std::string(row.advertised), policy.url_of(row.endpoint.path));
  }
  Json grants = Json::array();
  for (const GrantRow& row : grants_) grants.push_back(to_text(row.type));
  document.set("grant_types_supported", std::move(grants));
  document.set("response_types_supported", Json::array({"code"}));
  document.set("response_modes_supported", Json::array({"query", "form_post"}));
  document.set("code_challenge_methods_supported", Json::array({"S256"}));  // RFC 7636 §6.2
  document.set("token_endpoint_auth_methods_supported", names_of_auth_methods());
  document.set("token_endpoint_auth_signing_alg_values_supported",
               names_of_algorithms(client_algorithms()));
  if (endpoint("/revoke")) {
    document.set("revocation_endpoint_auth_methods_supported", names_of_auth_methods());
    document.set("revocation_endpoint_auth_signing_alg_values_supported",
                 names_of_algorithms(client_algorithms()));
  }
  if (endpoint("/introspect")) advertise_introspection(policy, document);
  document.set("authorization_response_iss_parameter_supported", true);  // RFC 9207 §3
  advertise_openid(policy, document);
  if (endpoint("/userinfo")) {
    document.set("userinfo_signing_alg_values_supported", names_of_algorithms(policy.algorithms));
  }
  return document;
}

}  // namespace grantd::core
