// How the client proves itself, and what it asks the lesser endpoints. RFC 7523 §3, OpenID Connect
// Core §9, RFC 7009 §2, OpenID Connect Core §5.3, OpenID Connect RP-Initiated Logout §2; CL-03.
#include <gtest/gtest.h>

#include "grantd/base/encoding.h"
#include "grantd/client/challenge.h"
#include "grantd/client/own_path.h"
#include "grantd/client/userinfo.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"

namespace grantd::client {
namespace {

using namespace std::string_literals;
using jose::Algorithm;
using jose::PrivateKey;
using oauth::Form;

Settings app() {
  Settings settings;
  settings.provider.issuer = oauth::Issuer("https://auth.example");
  settings.provider.token_endpoint = "https://auth.example/token";
  settings.provider.revocation_endpoint = "https://auth.example/revoke";
  settings.provider.userinfo_endpoint = "https://auth.example/userinfo";
  settings.provider.end_session_endpoint = "https://auth.example/logout?tenant=a";
  settings.client_id = oauth::ClientId("app");
  return settings;
}

Moment moment() {
  Moment made;
  made.now = from_seconds(1'800'000'000);
  made.jti.fill(7);
  return made;
}

std::string pem_of(const PrivateKey& key) {
  return "-----BEGIN PRIVATE KEY-----\n" + base64_encode(key.to_pkcs8().reveal()) +
         "\n-----END PRIVATE KEY-----\n";
}

TEST(private_key_jwt, the_assertion_is_for_this_issuer_and_lives_a_minute) {
  for (const auto algorithm : {Algorithm::es256, Algorithm::eddsa, Algorithm::rs256}) {
    const auto key = PrivateKey::generate(algorithm);
    auto settings = app();
    settings.auth = ClientAuth::private_key_jwt;
    settings.key = read_client_key(pem_of(key), "mine").value();
    const auto request = refresh_request(settings, Secret("r"s), moment());
    ASSERT_TRUE(request.has_value()) << request.error().message();
    const auto body = Form::parse(request->body).value();
    EXPECT_EQ(body.get("client_id"), "app");
    EXPECT_EQ(body.get("client_assertion_type"),
              "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    EXPECT_FALSE(body.find("client_secret"));
    jose::KeySet keys;
    keys.add({"mine", key.public_key(), algorithm});
    const auto jwt = jose::verify_jwt(body.get("client_assertion"), keys, {{algorithm}});
    ASSERT_TRUE(jwt.has_value()) << jwt.error().reason;
    EXPECT_EQ(*jwt->claims.find_string("iss"), "app");
    EXPECT_EQ(*jwt->claims.find_string("sub"), "app");
    EXPECT_EQ(*jwt->claims.find_string("aud"), "https://auth.example");
    EXPECT_EQ(*jwt->claims.find_int("exp"), to_seconds(moment().now) + 60);
    EXPECT_EQ(*jwt->claims.find_string("jti"), base64url_encode(moment().jti));
  }
}

TEST(private_key_jwt, takes_a_key_that_fits_and_nothing_beside_it) {
  const auto key = ClientKey{PrivateKey::generate(Algorithm::es256), Algorithm::es256, ""};
  const auto good = [&](ClientAuth auth, bool has_key, bool has_secret, Algorithm algorithm) {
    auto settings = app();
    settings.auth = auth;
    if (has_key) settings.key = key;
    if (has_key) settings.key->algorithm = algorithm;
    if (has_secret) settings.client_secret = Secret("s"s);
    return refresh_request(settings, Secret("r"s), moment()).has_value();
  };
  EXPECT_TRUE(good(ClientAuth::private_key_jwt, true, false, Algorithm::es256));
  EXPECT_FALSE(good(ClientAuth::private_key_jwt, true, false, Algorithm::rs256));
  EXPECT_FALSE(good(ClientAuth::private_key_jwt, false, false, Algorithm::es256));
  EXPECT_FALSE(good(ClientAuth::private_key_jwt, true, true, Algorithm::es256));
  EXPECT_FALSE(good(ClientAuth::none, true, false, Algorithm::es256));
  EXPECT_FALSE(good(ClientAuth::client_secret_basic, true, true, Algorithm::es256));
}

TEST(read_client_key, says_what_it_wants_where_it_is_given_something_else) {
  for (const auto& text : {""s, "-----BEGIN PRIVATE KEY-----"s,
                           "-----END PRIVATE KEY----------BEGIN PRIVATE KEY-----"s,
                           "-----BEGIN PRIVATE KEY-----\n!!\n-----END PRIVATE KEY-----"s,
                           "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----"s,
                           "-----BEGIN RSA PRIVATE KEY-----\nAAAA"s}) {
    const auto key = read_client_key(text);
    ASSERT_FALSE(key.has_value()) << text;
    EXPECT_EQ(key.error().problem, FlowProblem::settings);
    EXPECT_EQ(key.error().message().find("AAAA"), std::string::npos);
  }
}

// RFC 7009 §2.1, §2.2.
TEST(revocation, sends_the_token_and_takes_200_for_done) {
  const auto request = revocation_request(app(), Secret("grt_x"s), "refresh_token", moment());
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->url, "https://auth.example/revoke");
  const auto body = Form::parse(request->body).value();
  EXPECT_EQ(body.get("token"), "grt_x");
  EXPECT_EQ(body.get("token_type_hint"), "refresh_token");
  EXPECT_EQ(body.get("client_id"), "app");
  EXPECT_TRUE(read_revocation({200, {}, ""}).has_value());
  EXPECT_EQ(read_revocation({503, {}, ""}).error().problem, FlowProblem::unavailable);
  EXPECT_EQ(read_revocation({302, {}, ""}).error().problem, FlowProblem::malformed);
  EXPECT_EQ(read_revocation({400,
                             {{"content-type", "application/json"}},
                             R"({"error":"unsupported_token_type"})"})
                .error()
                .code,
            "unsupported_token_type");
  auto none = app();
  none.provider.revocation_endpoint.clear();
  EXPECT_EQ(revocation_request(none, Secret("x"s), "", moment()).error().problem,
            FlowProblem::settings);
}

// OpenID Connect RP-Initiated Logout §2.
TEST(end_session, names_the_app_the_sign_in_and_where_to_go_next) {
  const auto url = end_session_url(app(), "a.b.c", "https://app.example/bye", "s");
  ASSERT_TRUE(url.has_value());
  const auto query = Form::parse(url->substr(url->find('?') + 1)).value();
  EXPECT_EQ(query.get("tenant"), "a");
  EXPECT_EQ(query.get("id_token_hint"), "a.b.c");
  EXPECT_EQ(query.get("client_id"), "app");
  EXPECT_EQ(query.get("post_logout_redirect_uri"), "https://app.example/bye");
  EXPECT_EQ(query.get("state"), "s");
  EXPECT_EQ(end_session_url(app(), "")->find("id_token_hint"), std::string::npos);
}

Response json(int status, std::string body) {
  return {status, {{"content-type", "application/json"}}, std::move(body)};
}

// OpenID Connect Core §5.3.
TEST(userinfo, is_asked_by_header_and_must_be_about_the_same_person) {
  const auto request = userinfo_request(app().provider, Secret("token"s));
  ASSERT_TRUE(request.has_value());
  EXPECT_EQ(request->method, "GET");
  EXPECT_EQ(request->url.find("token"), std::string::npos);
  const auto read = [](const Response& response, std::string_view subject) {
    return read_userinfo(response, subject, app(), {}, moment().now);
  };
  const auto good = read(json(200, R"({"sub":"ada","email":"a@b.example"})"), "ada");
  ASSERT_TRUE(good.has_value()) << good.error().message();
  EXPECT_EQ(*good->find_string("email"), "a@b.example");
  // CL-03, Core §5.3.2: sub changes.
  EXPECT_EQ(read(json(200, R"({"sub":"eve"})"), "ada").error().problem, FlowProblem::foreign);
  EXPECT_EQ(read(json(200, R"({"email":"x"})"), "ada").error().problem, FlowProblem::foreign);
  EXPECT_EQ(read(json(200, R"({"sub":""})"), "").error().problem, FlowProblem::foreign);
  EXPECT_EQ(read({200, {{"content-type", "text/html"}}, "x"}, "ada").error().problem,
            FlowProblem::malformed);
  EXPECT_EQ(read({301, {{"location", "https://evil.example"}}, ""}, "ada").error().problem,
            FlowProblem::malformed);
  EXPECT_EQ(read({503, {}, ""}, "ada").error().problem, FlowProblem::unavailable);
  const auto expired = read(
      {401, {{"www-authenticate", R"(Bearer error="invalid_token", error_description="old")"}}, ""},
      "ada");
  EXPECT_EQ(expired.error().problem, FlowProblem::signed_out);
  EXPECT_EQ(expired.error().code, "invalid_token");
  EXPECT_EQ(expired.error().description, "old");
}

// OpenID Connect Core §5.3.2.
TEST(userinfo, a_signed_answer_is_this_servers_and_for_this_app) {
  const auto key = PrivateKey::generate(Algorithm::es256);
  jose::KeySet keys;
  keys.add({"k", key.public_key(), Algorithm::es256});
  const auto read = [&](const Json& said, const PrivateKey& by, const jose::KeySet& known) {
    const auto text = jose::sign_jwt(by, Algorithm::es256, Json::object({{"kid", "k"}}), said);
    const Response response{200, {{"content-type", "application/jwt"}}, text};
    return read_userinfo(response, "ada", app(), known, moment().now);
  };
  const auto said = [](std::string_view iss, std::string_view aud, std::string_view sub) {
    return Json::object({{"iss", iss}, {"aud", aud}, {"sub", sub}});
  };
  EXPECT_TRUE(read(said("https://auth.example", "app", "ada"), key, keys).has_value());
  EXPECT_FALSE(read(said("https://evil.example", "app", "ada"), key, keys).has_value());
  EXPECT_FALSE(read(said("https://auth.example", "other", "ada"), key, keys).has_value());
  EXPECT_FALSE(read(said("https://auth.example", "app", "eve"), key, keys).has_value());
  const auto stranger = PrivateKey::generate(Algorithm::es256);
  const auto forged = read(said("https://auth.example", "app", "ada"), stranger, keys);
  EXPECT_EQ(forged.error().problem, FlowProblem::foreign);
  EXPECT_TRUE(read(said("https://auth.example", "app", "ada"), key, {}).error().unknown_key);
}

// RFC 9110 §11.6.1, RFC 6750 §3, RFC 9470 §3.
TEST(challenges, are_read_as_others_write_them) {
  const auto many = read_challenges(
      R"(Basic realm="a, \"b\"", bearer  error=invalid_token , Error_Description="x\\y")"
      R"( , DPoP algs="ES256")");
  ASSERT_EQ(many.size(), 3u);
  EXPECT_EQ(many[0].scheme, "Basic");
  EXPECT_EQ(many[0].get("realm"), R"(a, "b")");
  EXPECT_EQ(many[1].get("error"), "invalid_token");
  EXPECT_EQ(many[1].get("error_description"), R"(x\y)");
  EXPECT_EQ(many[2].get("algs"), "ES256");
  EXPECT_EQ(read_challenges("Bearer").size(), 1u);
  EXPECT_EQ(read_challenges("").size(), 0u);
  EXPECT_EQ(read_challenges("\"\"\"").size(), 0u);
  EXPECT_EQ(read_challenges("Bearer realm=\"never ends").at(0).get("realm"), "never ends");
  // What our own side writes.
  const auto own =
      read_challenges(oauth::challenge("Bearer", {{"realm", "a\"b"}, {"scope", "x y"}}));
  EXPECT_EQ(own.at(0).get("realm"), "a\"b");
  EXPECT_EQ(own.at(0).get("scope"), "x y");
  // CL-06.
  const auto words = explain({"Bearer", {{"error", "\x1b[2J"}, {"error_description", "a\nb"}}});
  EXPECT_EQ(words.find_first_of("\x1b\n"), std::string::npos);
}

// CL-09; RFC 9700 §4.11.1.
TEST(own_path, leads_nowhere_else) {
  for (const auto* good : {"/", "/orders?page=2#x", "/a//b", "/%2f%2fevil.example"}) {
    EXPECT_EQ(own_path(good), good);
  }
  for (const auto* bad :
       {"", "orders", "//evil.example", "/\\evil.example", "\\/evil.example",
        "https://evil.example", "/\t/evil.example", "\n//evil.example", " //evil.example",
        "javascript:alert(1)", "/\xe2\x80\xae"}) {
    EXPECT_EQ(own_path(bad, "/home"), "/home") << bad;
  }
}

}  // namespace
}  // namespace grantd::client
