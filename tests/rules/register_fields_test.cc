// What a client may not say of itself: a row a member, with its citation. RFC 7591 §2, OpenID
// Connect Dynamic Client Registration §2, checklist DR-07.
#include "grantd/base/encoding.h"
#include "grantd/jose/jwk.h"
#include "tests/rules/registering.h"

namespace grantd::core {
namespace {

// A change to a registration that is right.
struct FieldRow {
  const char* id;
  const char* member;
  Json value;
};

void expect_each(const std::vector<FieldRow>& rows, const std::string& want) {
  for (const FieldRow& row : rows) {
    Scene scene;
    Json asked = web_app();
    asked.set(row.member, row.value);
    const Decision decision = scene.decide(registration(asked));
    EXPECT_EQ(gist(decision), want) << row.id << ": " << row.member << " " << row.value.dump();
    // The client is told which member it was (RFC 7591 §3.2.2).
    const auto* error = std::get_if<SendJsonError>(&decision.outcome);
    ASSERT_TRUE(error) << row.member;
    EXPECT_TRUE(error->error.description.find(row.member) != std::string::npos)
        << error->error.description;
    EXPECT_EQ(error->error.description.find_first_of("\"\\\n\r\t"), std::string::npos)
        << "RFC 6749 §5.2";
  }
}

Json list(std::initializer_list<Json> items) { return Json::array(items); }

// What makes the type of an error: RFC 7591 §3.2.2.
TEST(register_fields, redirect_uris_that_are_refused) {
  expect_each(
      {
          {"oidcc-registration-regfrag", "redirect_uris", list({"https://app.example/cb#f"})},
          {"OIDC-Reg §2", "redirect_uris", list({"http://app.example/cb"})},
          {"OIDC-Reg §2", "redirect_uris", list({"https://app.example/cb", "com.example:/cb"})},
          {"OIDC-Reg §2", "redirect_uris",
           list({"https://app.example/cb", "http://127.0.0.1/cb"})},
          {"RFC 8252 §8.4", "redirect_uris", list({"http://192.0.2.1/cb"})},
          {"XS-02", "redirect_uris", list({"javascript:alert(1)"})},
          {"XS-02", "redirect_uris", list({"data:text/html,x"})},
          {"XS-02", "redirect_uris", list({"file:///etc/passwd"})},
          {"RFC 8252 §7.1", "redirect_uris", list({"myapp:/cb"})},
          {"RU-20", "redirect_uris", list({"https://*.app.example/cb"})},
          {"RFC 3986", "redirect_uris", list({"/cb"})},
          {"RFC 3986", "redirect_uris", list({"https://user@app.example/cb"})},
          {"RFC 7591 §2", "redirect_uris", list({})},
          {"RFC 7591 §2", "redirect_uris", Json()},
          {"RP-Logout §3.1", "post_logout_redirect_uris", list({"http://app.example/bye"})},
          {"RP-Logout §3.1", "post_logout_redirect_uris", list({"https://app.example/#bye"})},
      },
      "json invalid_redirect_uri");
}

TEST(register_fields, grants_that_are_refused) {
  expect_each(
      {
          {"RFC 7591 §2", "redirect_uris", "https://app.example/cb"},
          {"RFC 7591 §2", "redirect_uris", list({1})},
          {"DR-07", "grant_types", list({"authorization_code", "implicit"})},
          {"DR-07, OAuth 2.1 §10", "grant_types", list({"password"})},
          {"DR-07", "grant_types", list({"urn:ietf:params:oauth:grant-type:device_code"})},
          {"RFC 7591 §2", "grant_types", list({})},
          {"RFC 7591 §2", "grant_types", "authorization_code"},
          {"RFC 6749 §6", "grant_types", list({"refresh_token"})},
          {"RFC 9700 §2.1.2", "response_types", list({"code", "id_token"})},
          {"RFC 9700 §2.1.2", "response_types", list({"token"})},
          {"RFC 7591 §2.1", "response_types", list({})},
          {"RFC 7591 §2", "token_endpoint_auth_method", "client_secret_jwt"},
          {"RFC 7591 §2", "token_endpoint_auth_method", "tls_client_auth"},
          {"RFC 7591 §2", "token_endpoint_auth_method", 5},
          {"RFC 7591 §2", "scope", "openid read"},
          {"RFC 6749 §3.3", "scope", "openid  email"},
          {"RFC 7591 §2", "scope", list({"openid"})},
          {"OIDC-Reg §2", "application_type", "service"},
          {"OIDC-Reg §2", "application_type", true},
      },
      "json invalid_client_metadata");
}

TEST(register_fields, openid_members_that_are_refused) {
  expect_each(
      {
          {"OIDC-Reg §2", "id_token_signed_response_alg", "none"},
          {"RFC 7518 §3.1", "id_token_signed_response_alg", "HS256"},
          {"OIDC-Reg §2", "id_token_signed_response_alg", "EdDSA"},  // known, not configured
          {"OIDC-Reg §2", "userinfo_signed_response_alg", "none"},
          {"OIDC-Reg §2", "userinfo_signed_response_alg", "RS512"},
          {"OIDC-Reg §2", "request_object_signing_alg", "none"},
          {"OIDC-Reg §2", "token_endpoint_auth_signing_alg", "HS256"},
          {"OIDC-Reg §2", "subject_type", "secret"},
          {"OIDC-Reg §5", "sector_identifier_uri", "http://app.example/sector"},
          {"OIDC-Reg §2", "default_max_age", -1},
          {"OIDC-Reg §2", "default_max_age", "60"},
          {"OIDC-Reg §2", "require_auth_time", "true"},
          {"OIDC-Reg §2", "default_acr_values", "pwd"},
          {"OIDC Core §4", "initiate_login_uri", "http://app.example/login"},
          {"OIDC-Reg §2", "request_uris", list({"http://app.example/r"})},
          {"BCL §2.2", "backchannel_logout_uri", "http://app.example/b"},
          {"BCL §2.2", "backchannel_logout_uri", "https://app.example/b#f"},
          {"BCL §2.2", "backchannel_logout_session_required", "yes"},
          {"FCL §2", "frontchannel_logout_uri", "https://other.example/f"},
          {"FCL §2", "frontchannel_logout_uri", "https://app.example:8443/f"},
          {"RFC 9101 §10.5", "require_signed_request_object", 1},
      },
      "json invalid_client_metadata");
}

TEST(register_fields, words_and_links_that_are_refused) {
  expect_each(
      {
          {"RFC 7591 §2", "client_name", std::string(201, 'x')},
          {"XS-01", "client_name", "two\nlines"},
          {"XS-01", "client_name", "\u202eeliforp"},
          {"RFC 7591 §2", "client_name", 5},
          {"RFC 7591 §2.2", "client_name#de", 5},
          {"XS-02", "client_uri", "javascript:alert(1)"},
          {"XS-02", "tos_uri", "http://app.example/tos"},
          {"XS-02", "policy_uri", "/policy"},
          {"XS-02", "policy_uri#fr", "data:text/html,x"},
          {"XS-02", "logo_uri", "file:///etc/passwd"},
          {"RFC 7591 §2", "contacts", "ops@app.example"},
          {"RFC 7591 §2", "contacts", list({Json::object()})},
          {"RFC 7591 §2", "software_id", list({})},
      },
      "json invalid_client_metadata");
}

// What would protect less than the client believes, were it left out.
TEST(register_fields, what_is_not_on_offer_is_refused_and_not_ignored) {
  expect_each(
      {
          {"OIDC-Reg §2", "id_token_encrypted_response_alg", "RSA-OAEP"},
          {"OIDC-Reg §2", "userinfo_encrypted_response_alg", "RSA-OAEP"},
          {"OIDC-Reg §2", "request_object_encryption_alg", "RSA-OAEP"},
          {"JARM §3", "authorization_signed_response_alg", "RS256"},
          {"RFC 8705 §3.4", "tls_client_certificate_bound_access_tokens", true},
          {"RFC 9449 §5.2", "dpop_bound_access_tokens", true},
          {"RFC 9126 §6", "require_pushed_authorization_requests", true},
      },
      "json invalid_client_metadata");
  expect_each({{"RFC 7591 §2.3", "software_statement", "eyJhbGciOiJSUzI1NiJ9.e30.AA"}},
              "json unapproved_software_statement");
  Scene scene;
  Json asked = web_app();
  asked.set("dpop_bound_access_tokens", false);
  put_client(scene.decide(registration(asked)));
}

Json rsa_key() {
  static const jose::PrivateKey key = jose::PrivateKey::generate(jose::Algorithm::rs256);
  return jose::public_jwk(key.public_key(), "k", jose::Algorithm::rs256);
}
Json set_of(std::initializer_list<Json> keys) {
  return Json::object({{"keys", Json::array(keys)}});
}

// DR-07, RFC 7591 §2, RFC 7518 §6, §6.2.2, §6.3.2, §6.4.1: public keys alone.
TEST(register_fields, keys_that_are_refused) {
  Json exposed = rsa_key();
  exposed.set("d", "AQAB");
  const Json symmetric = Json::object({{"kty", "oct"}, {"k", "c2VjcmV0"}});
  const Json nameless = Json::object({{"kty", "oct"}});
  expect_each(
      {
          {"DR-07", "jwks", set_of({exposed})},
          {"DR-07", "jwks", set_of({rsa_key(), symmetric})},
          {"DR-07", "jwks", set_of({nameless})},
          {"RFC 7517 §5", "jwks", set_of({})},
          {"RFC 7517 §5", "jwks", list({rsa_key()})},
          {"RFC 7517 §5", "jwks", rsa_key().dump()},
          {"RFC 7591 §2", "jwks_uri", "http://app.example/jwks"},
          {"RFC 7591 §2", "jwks_uri", "https://app.example/jwks#k"},
      },
      "json invalid_client_metadata");
}

// RFC 7591 §2: private_key_jwt by a set that is there, by value or by reference, never both.
TEST(register_fields, private_key_jwt_needs_a_key) {
  Scene scene;
  const auto answer = [&](const Json& asked) {
    return scene.answer(registration(asked)).substr(0, 29);
  };
  Json asked = web_app();
  asked.set("token_endpoint_auth_method", "private_key_jwt");
  EXPECT_EQ(answer(asked), "json invalid_client_metadata");
  Json by_reference = asked;
  by_reference.set("jwks_uri", "https://app.example/jwks");
  const Client client = put_client(scene.decide(registration(by_reference)));
  EXPECT_TRUE(client.auth_method == AuthMethod::private_key_jwt);
  EXPECT_TRUE(client.secrets.empty());
  asked.set("jwks", set_of({rsa_key()}));
  const Decision by_value = scene.decide(registration(asked));
  EXPECT_EQ(std::get<SendJson>(by_value.outcome).body.find("jwks")->dump(),
            set_of({rsa_key()}).dump());
  by_reference.set("jwks", set_of({rsa_key()}));
  EXPECT_EQ(answer(by_reference), "json invalid_client_metadata") << "both";
  asked.set("token_endpoint_auth_signing_alg", "ES256");
  EXPECT_EQ(answer(asked), "json invalid_client_metadata") << "no such key";
  asked.set("token_endpoint_auth_signing_alg", "PS256");
  asked.set("jwks", set_of({Json::object({{"kty", "RSA"}, {"use", "enc"}, {"n", "AQ"}})}));
  EXPECT_EQ(answer(asked), "json invalid_client_metadata") << "none that signs";
}

// RFC 9101 §10.5: who signs requests has keys.
TEST(register_fields, signed_requests_need_a_key) {
  for (const auto& [name, value] : {std::pair<const char*, Json>{"require_signed_request_object",
                                                                 true},
                                    {"request_object_signing_alg", "RS256"}}) {
    Scene scene;
    Json asked = web_app();
    asked.set(name, value);
    EXPECT_EQ(scene.answer(registration(asked)), "json invalid_client_metadata") << name;
    asked.set("jwks", set_of({rsa_key()}));
    put_client(scene.decide(registration(asked)));
  }
}

// RFC 6749 §4.4, RFC 7591 §2.1: a robot has a secret, no redirect and no response type.
TEST(register_fields, client_credentials_are_for_confidential_ones) {
  Scene scene;
  Json robot = Json::object({{"grant_types", list({"client_credentials"})}});
  const Decision decision = scene.decide(registration(robot));
  EXPECT_EQ(std::get<SendJson>(decision.outcome).body.find("response_types")->dump(), "[]");
  EXPECT_TRUE(put_client(decision).redirect_uris.empty());
  robot.set("token_endpoint_auth_method", "none");
  EXPECT_EQ(scene.answer(registration(robot)), "json invalid_client_metadata");
  robot.set("token_endpoint_auth_method", "client_secret_basic");
  robot.set("response_types", list({"code"}));
  EXPECT_EQ(scene.answer(registration(robot)), "json invalid_client_metadata");
}

// RFC 7591 §3.1, DR-07.
TEST(register_fields, bodies_that_are_refused) {
  Scene scene;
  const Sent good = registration(web_app());
  const auto with = [&](std::string body, std::string type = "application/json") {
    Sent sent = good;
    sent.body = std::move(body);
    sent.content_type = std::move(type);
    return scene.answer(sent).substr(0, 29);
  };
  EXPECT_EQ(with(good.body, "application/json; charset=utf-8").substr(0, 6), "json {");
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded",
                           "application/jwt"}) {
    EXPECT_EQ(with(good.body, type), "json invalid_client_metadata") << type;
  }
  for (const char* body : {"", "[]", "\"x\"", "{", "null", "{\"a\":1,\"a\":2}"}) {
    EXPECT_EQ(with(body), "json invalid_client_metadata") << body;
  }
  EXPECT_EQ(with("{\"a\":\"" + std::string(1 << 20, 'x') + "\"}"), "json invalid_client_metadata");
  EXPECT_EQ(with(std::string(1000, '[') + std::string(1000, ']')),
            "json invalid_client_metadata");
  Json many = web_app();
  Json uris = Json::array();
  for (int i = 0; i < 60; ++i) uris.push_back("https://app.example/" + std::to_string(i));
  many.set("redirect_uris", uris);
  EXPECT_EQ(with(many.dump()), "json invalid_client_metadata");
}

// A server for development on this computer takes web apps that are there, too. (Those that are
// only there are native: register_test.cc.)
TEST(register_fields, http_on_loopback_is_for_a_server_on_loopback) {
  Scene scene;
  Json asked = web_app();
  asked.set("application_type", "web");
  asked.set("redirect_uris", list({"https://app.example/cb", "http://127.0.0.1:3000/cb"}));
  EXPECT_EQ(scene.answer(registration(asked)), "json invalid_redirect_uri");
  scene.policy.issuer = oauth::Issuer("http://127.0.0.1:8080");
  put_client(scene.decide(registration(asked)));
}

}  // namespace
}  // namespace grantd::core
