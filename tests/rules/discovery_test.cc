// What the server says of itself: RFC 8414 §2, RFC 9207 §3, RFC 7517 §5; checklists MX-01, MX-03,
// MX-04, JW-13. What is advertised is asked for here, and what is not is refused.
#include "tests/rules/scene.h"

#include <algorithm>

namespace grantd::core {
namespace {

Json document(const Scene& scene, std::string path) {
  const Decision decision = scene.decide(Sent{.path = std::move(path)});
  EXPECT_TRUE(decision.cookies.empty()) << "CK-02";
  return Json::parse(std::get<SendDocument>(decision.outcome).body).value();
}

TEST(discovery, the_issuer_is_the_configured_one_byte_for_byte) {
  for (const char* issuer : {"https://auth.example", "https://auth.example/",
                             "https://auth.example/tenant", "https://Auth.example:8443/T"}) {
    Scene scene;
    scene.policy.issuer = oauth::parse_issuer(issuer).value();
    const Json metadata = document(scene, "/.well-known/oauth-authorization-server");
    EXPECT_EQ(*metadata.find_string("issuer"), issuer) << "MX-03";
    std::string below = issuer;
    if (below.ends_with('/')) below.pop_back();
    EXPECT_EQ(*metadata.find_string("token_endpoint"), below + "/token");
    EXPECT_EQ(*metadata.find_string("authorization_endpoint"), below + "/authorize");
    EXPECT_EQ(*metadata.find_string("revocation_endpoint"), below + "/revoke");
    EXPECT_EQ(*metadata.find_string("introspection_endpoint"), below + "/introspect");
    EXPECT_EQ(*metadata.find_string("userinfo_endpoint"), below + "/userinfo");
    EXPECT_EQ(*metadata.find_string("jwks_uri"), below + "/jwks");
    EXPECT_EQ(*metadata.find_string("end_session_endpoint"), below + "/logout")
        << "RP-Initiated Logout §2.1";
  }
}

TEST(discovery, advertises_only_what_is_enforced) {
  Scene scene;
  const Json metadata = document(scene, "/.well-known/oauth-authorization-server");
  using Names = std::vector<std::string>;
  EXPECT_EQ(metadata.find_strings("code_challenge_methods_supported"), Names{"S256"})
      << "MX-04, RFC 7636 §6.2";
  EXPECT_EQ(metadata.find_strings("response_types_supported"), Names{"code"}) << "MX-04";
  EXPECT_EQ(metadata.find_strings("response_modes_supported"), (Names{"query", "form_post"}))
      << "MX-04";
  EXPECT_TRUE(*metadata.find_bool("authorization_response_iss_parameter_supported")) << "MX-01";
  EXPECT_EQ(metadata.find_strings("token_endpoint_auth_methods_supported"),
            (Names{"client_secret_basic", "client_secret_post", "private_key_jwt", "none"}));
  const Names algorithms{"ES256", "RS256", "PS256", "EdDSA"};
  for (const char* member : {"token_endpoint_auth_signing_alg_values_supported",
                             "revocation_endpoint_auth_signing_alg_values_supported",
                             "introspection_endpoint_auth_signing_alg_values_supported",
                             "request_object_signing_alg_values_supported"}) {
    EXPECT_EQ(metadata.find_strings(member), algorithms) << member;
  }
  EXPECT_EQ(metadata.find_strings("scopes_supported"),
            (Names{"address", "email", "offline_access", "openid", "phone", "profile", "read",
                   "view", "write"}));
  EXPECT_EQ(metadata.find_strings("introspection_endpoint_auth_methods_supported"),
            (Names{"client_secret_basic", "client_secret_post", "private_key_jwt"}))
      << "IN-03";
  EXPECT_EQ(metadata.find_strings("introspection_signing_alg_values_supported"), Names{"RS256"})
      << "RFC 9701 §7";
  EXPECT_EQ(metadata.find_strings("userinfo_signing_alg_values_supported"),
            (Names{"ES256", "RS256"}));
  EXPECT_EQ(*metadata.find_string("registration_endpoint"),
            scene.policy.issuer.str() + "/register");
  // MX-04, against behaviour: every grant type that is named is known, and no other.
  const Names grants = metadata.find_strings("grant_types_supported").value();
  for (const char* name :
       {"authorization_code", "refresh_token", "client_credentials", "password", "implicit",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:ietf:params:oauth:grant-type:token-exchange"}) {
    const bool named = std::find(grants.begin(), grants.end(), name) != grants.end();
    const std::string answer = scene.answer(
        scene.token(Params{{"grant_type", name}}, basic("robot", "robot-secret")));
    EXPECT_EQ(answer != "json unsupported_grant_type", named) << name;
  }
}

TEST(discovery, what_is_off_is_not_there) {
  Scene scene;
  const Features without({"revoke", "refresh_token", "introspect", "userinfo"});
  scene.house.features = &without;
  const Json metadata = without.metadata(scene.policy);
  EXPECT_FALSE(metadata.find("revocation_endpoint"));
  for (const char* absent :
       {"revocation_endpoint_auth_methods_supported", "introspection_endpoint",
        "introspection_endpoint_auth_methods_supported", "userinfo_endpoint",
        "introspection_signing_alg_values_supported", "userinfo_signing_alg_values_supported"}) {
    EXPECT_FALSE(metadata.find(absent)) << absent;
  }
  EXPECT_EQ(metadata.find_strings("grant_types_supported"),
            (std::vector<std::string>{"authorization_code", "client_credentials"}));
  EXPECT_EQ(document(scene, "/.well-known/oauth-authorization-server")
                .find_strings("scopes_supported"),
            (std::vector<std::string>{"address", "email", "openid", "phone", "profile", "read",
                                      "view", "write"}))
      << "offline_access is of no use without refresh tokens";
}

// OpenID Connect Discovery §3; oidcc-discovery-endpoint-verification.
TEST(discovery, says_what_openid_connect_asks_for) {
  Scene scene;
  scene.policy.languages = {"en", "de"};
  const Json metadata = document(scene, "/.well-known/openid-configuration");
  using Names = std::vector<std::string>;
  EXPECT_EQ(metadata.find_strings("subject_types_supported"), (Names{"public", "pairwise"}));
  EXPECT_EQ(metadata.find_strings("id_token_signing_alg_values_supported"),
            (Names{"ES256", "RS256"}))
      << "and never none";
  EXPECT_EQ(metadata.find_strings("ui_locales_supported"), (Names{"en", "de"}));
  EXPECT_TRUE(*metadata.find_bool("claims_parameter_supported"));
  EXPECT_TRUE(*metadata.find_bool("request_parameter_supported"));
  EXPECT_TRUE(*metadata.find_bool("request_uri_parameter_supported"));
  EXPECT_TRUE(*metadata.find_bool("require_request_uri_registration"));
  // Back-Channel Logout §2.1, Front-Channel Logout §3.
  for (const std::string name :
       {"backchannel_logout_supported", "backchannel_logout_session_supported",
        "frontchannel_logout_supported", "frontchannel_logout_session_supported"}) {
    EXPECT_TRUE(*metadata.find_bool(name)) << name;
  }
  const Names claims = metadata.find_strings("claims_supported").value();
  for (const char* claim : {"sub", "name", "email_verified", "address", "updated_at"}) {
    EXPECT_NE(std::ranges::find(claims, claim), claims.end()) << claim;
  }
}

// Discovery §4, RFC 8414 §3: two names for one document.
TEST(discovery, both_documents_are_the_same) {
  Scene scene;
  EXPECT_EQ(document(scene, "/.well-known/openid-configuration").dump(),
            document(scene, "/.well-known/oauth-authorization-server").dump());
  const Sent head{.path = "/.well-known/openid-configuration", .method = "HEAD"};
  EXPECT_EQ(scene.answer(head), "document");
  const Sent post{.path = "/.well-known/openid-configuration", .method = "POST"};
  EXPECT_EQ(scene.answer(post), "method_not_allowed GET, HEAD");
}

// JW-13, RFC 7517 §9.2.
TEST(discovery, published_keys_are_public) {
  Scene scene;
  const Json jwks = document(scene, "/jwks");
  const Json::Array& keys = *jwks.find("keys")->as_array();
  ASSERT_EQ(keys.size(), 1u);
  EXPECT_EQ(*keys[0].find_string("kid"), "k1");
  for (const char* member : {"d", "p", "q", "dp", "dq", "qi", "k"}) {
    EXPECT_FALSE(keys[0].find(member)) << member;
  }
}

}  // namespace
}  // namespace grantd::core
