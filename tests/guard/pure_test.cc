// The guard's pure parts: metadata of issuer and API, introspection answers, the tables.
// RFC 7662, RFC 8414, RFC 9470, RFC 9728; OpenID Connect Discovery.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/guard/introspection.h"
#include "grantd/guard/issuer_metadata.h"
#include "grantd/guard/resource_metadata.h"
#include "grantd/guard/seen_tokens.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"

namespace grantd::guard {
namespace {

const Time kNow = from_seconds(1'800'000'000);

// RFC 9728 §3.1.
TEST(resource_metadata, stands_between_host_and_path) {
  const auto path_of = [](std::string resource) {
    const auto made = describe({.resource = std::move(resource), .issuer = "https://auth.example"});
    return made ? made->path + " " + made->url : std::string("none");
  };
  const std::string name = "/.well-known/oauth-protected-resource";
  EXPECT_EQ(path_of("https://api.example"), name + " https://api.example" + name);
  EXPECT_EQ(path_of("https://api.example/"), name + " https://api.example" + name);
  EXPECT_EQ(path_of("https://api.example:8443/v1/notes"),
            name + "/v1/notes https://api.example:8443" + name + "/v1/notes");
  EXPECT_EQ(path_of("https://api.example/v1/"), name + "/v1/ https://api.example" + name + "/v1/");
  EXPECT_EQ(path_of("http://127.0.0.1:9092"), name + " http://127.0.0.1:9092" + name);
  for (const auto* none : {"http://api.example", "urn:example:api", "api", "",
                           "https://api.example/?x=1", "https://api.example/#x"}) {
    EXPECT_EQ(path_of(none), "none") << none;
  }
}

// RFC 9728 §2: members that say nothing are left out.
TEST(resource_metadata, says_what_was_said_and_nothing_else) {
  const auto plain =
      describe({.resource = "https://api.example", .issuer = "https://auth.example"});
  const auto document = Json::parse(plain->text);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->as_object()->size(), 3U);
  EXPECT_EQ(document->find_strings("bearer_methods_supported"), std::vector<std::string>{"header"});
  const auto full = describe({.resource = "https://api.example",
                              .issuer = "https://auth.example",
                              .scopes_supported = {"a", "b"},
                              .name = "Notes \"n\"",
                              .documentation = "https://api.example/docs"});
  const auto more = Json::parse(full->text);
  ASSERT_TRUE(more);
  EXPECT_EQ(*more->find_string("resource_name"), "Notes \"n\"");
  EXPECT_EQ(*more->find_string("resource_documentation"), "https://api.example/docs");
  EXPECT_EQ(more->find_strings("scopes_supported")->size(), 2U);
}

// RFC 8414 §3.1; OpenID Connect Discovery §4.1.
TEST(issuer_metadata, is_looked_for_at_both_well_known_places) {
  EXPECT_EQ(metadata_places(oauth::Issuer("https://auth.example")),
            (std::vector<std::string>{
                "https://auth.example/.well-known/oauth-authorization-server",
                "https://auth.example/.well-known/openid-configuration"}));
  EXPECT_EQ(metadata_places(oauth::Issuer("https://auth.example:8443/tenant/")),
            (std::vector<std::string>{
                "https://auth.example:8443/.well-known/oauth-authorization-server/tenant",
                "https://auth.example:8443/tenant/.well-known/openid-configuration"}));
}

// RFC 8414 §3.3, CL-04.
TEST(issuer_metadata, must_be_of_this_issuer_and_point_to_protected_places) {
  const oauth::Issuer issuer("https://auth.example");
  const auto sound = read_issuer_metadata(
      R"({"issuer":"https://auth.example","jwks_uri":"https://auth.example/jwks",)"
      R"("introspection_endpoint":"https://auth.example/introspect"})",
      issuer);
  ASSERT_TRUE(sound) << sound.error();
  EXPECT_EQ(sound->jwks_uri, "https://auth.example/jwks");
  for (const auto* bad :
       {"", "[]", "<html>", R"({"jwks_uri":"https://auth.example/jwks"})",
        R"({"issuer":"https://auth.example/","jwks_uri":"https://auth.example/jwks"})",
        R"({"issuer":"https://AUTH.example","jwks_uri":"https://auth.example/jwks"})",
        R"({"issuer":"https://evil.example","jwks_uri":"https://auth.example/jwks"})",
        R"({"issuer":"https://auth.example","jwks_uri":"http://auth.example/jwks"})",
        R"({"issuer":"https://auth.example","jwks_uri":"file:///etc/passwd"})",
        R"({"issuer":"https://auth.example","jwks_uri":1})",
        R"({"issuer":"https://auth.example","introspection_endpoint":"http://auth.example/i"})",
        R"({"issuer":"https://evil.example","issuer":"https://auth.example"})"}) {
    EXPECT_FALSE(read_issuer_metadata(bad, issuer)) << bad;
  }
}

// RFC 7662 §2.1, RFC 6749 §2.3.1.
TEST(introspection, is_asked_for_with_a_secret_or_a_key) {
  const oauth::Issuer issuer("https://auth.example");
  Introspection settings;
  settings.client_id = "api:1";
  settings.client_secret = Secret("a +%");
  const auto basic = ask_about("gat_x+/=", settings, issuer, "j", kNow);
  const auto form = oauth::Form::parse(basic.body);
  ASSERT_TRUE(form);
  EXPECT_EQ(form->get("token"), "gat_x+/=");
  EXPECT_EQ(form->get("token_type_hint"), "access_token");
  const auto who = oauth::parse_basic(basic.fields.back().second);
  ASSERT_TRUE(who);
  EXPECT_EQ(who->user + " " + who->password, "api:1 a +%");

  const auto key = jose::PrivateKey::generate(jose::Algorithm::es256);
  settings.client_secret = Secret();
  settings.key = IntrospectionKey{key, jose::Algorithm::es256, "k"};
  const auto proved = oauth::Form::parse(ask_about("t", settings, issuer, "j", kNow).body);
  jose::KeySet keys;
  keys.add({"k", key.public_key(), std::nullopt});
  const jose::Algorithm allowed[] = {jose::Algorithm::es256};
  const auto assertion = jose::verify_jwt(proved->get("client_assertion"), keys, allowed);
  ASSERT_TRUE(assertion);
  EXPECT_EQ(*assertion->claims.find_string("aud"), "https://auth.example");
  EXPECT_EQ(*assertion->claims.find_string("sub"), "api:1");
  EXPECT_EQ(*assertion->claims.find_int("exp"), 1'800'000'060);
}

struct AnswerRow {
  const char* source;
  std::string members;  // after "active": true
};

Json answer_with(std::string_view members) {
  return Json::parse(R"({"active":true,"sub":"u","scope":"a b","client_id":"c",)"
                     R"("aud":"https://api.example")" +
                     std::string(members) + "}")
      .value();
}

Policy policy() {
  return {.issuer = oauth::Issuer("https://auth.example"),
          .audience = oauth::Audience("https://api.example")};
}

// RFC 7662 §2.2.
TEST(introspection, an_active_answer_is_judged_like_a_token) {
  const Introspection settings;
  const auto sound = read_answer(
      answer_with(R"(,"exp":1800000100,"acr":"phr","auth_time":1799999000,"token_type":"bearer")")
          .dump(),
      settings, policy(), kNow);
  ASSERT_TRUE(sound && *sound);
  EXPECT_EQ((*sound)->subject, "u");
  EXPECT_EQ((*sound)->acr, "phr");
  EXPECT_EQ((*sound)->scope.to_text(), "a b");
  EXPECT_EQ((*sound)->issuer.str(), "https://auth.example");
  const AnswerRow rows[] = {
      {"RFC 7662 §2.2: expired", R"(,"exp":1799999000)"},
      {"RFC 7662 §2.2: not yet", R"(,"nbf":1800001000)"},
      {"RFC 7662 §2.2: exp as text", R"(,"exp":"1800000100")"},
      {"RFC 7662 §2.2: of another issuer", R"(,"iss":"https://evil.example")"},
      {"RFC 9449 §6.2: bound to a key", R"(,"cnf":{"jkt":"x"})"},
      {"RFC 9449 §6.2: not a bearer's", R"(,"token_type":"DPoP")"},
      {"RFC 7662 §2.2: not a token's type", R"(,"token_type":["Bearer"])"},
  };
  for (const AnswerRow& row : rows) {
    const auto judged = read_answer(answer_with(row.members).dump(), settings, policy(), kNow);
    ASSERT_TRUE(judged) << row.source;
    ASSERT_FALSE(*judged) << row.source;
    EXPECT_EQ(judged->error().status(), 401) << row.source;
  }
}

TEST(introspection, an_answer_for_another_api_does_not_count_here) {
  Introspection settings;
  const auto judged = [&](const Json& aud) {
    Json answer = Json::object({{"active", true}});
    if (!aud.is_null()) answer.set("aud", aud);
    return read_answer(answer.dump(), settings, policy(), kNow)->has_value();
  };
  EXPECT_FALSE(judged("https://other.example"));
  EXPECT_FALSE(judged(Json()));
  EXPECT_TRUE(judged(Json::array({"https://other.example", "https://api.example"})));
  settings.audience_required = false;
  EXPECT_TRUE(judged(Json()));
  EXPECT_FALSE(judged("https://other.example"));
}

// RFC 7662 §2.2: `active` is true, false, or the answer is none.
TEST(introspection, what_does_not_say_active_is_no_answer) {
  const Introspection settings;
  for (const auto* none : {"", "[]", "{}", "<html>", R"({"active":"true"})", R"({"active":1})",
                           R"({"active":null})", R"({"active":false,"active":true})"}) {
    EXPECT_FALSE(read_answer(none, settings, policy(), kNow)) << none;
  }
  const auto inactive = read_answer(R"({"active":false,"sub":"u"})", settings, policy(), kNow);
  ASSERT_TRUE(inactive);
  EXPECT_FALSE(inactive->has_value());
}

Seen seen_until(Time until, std::string subject) {
  auto token = std::make_shared<AccessToken>();
  token->subject = std::move(subject);
  return {.token = std::move(token), .good_until = until};
}

TEST(seen_tokens, what_was_kept_is_found_and_nothing_else) {
  SeenTokens table(100);
  EXPECT_FALSE(table.find(sha256("a")));
  table.keep(sha256("a"), seen_until(kNow + seconds(10), "a"), kNow);
  ASSERT_TRUE(table.find(sha256("a")));
  EXPECT_EQ(table.find(sha256("a"))->token->subject, "a");
  EXPECT_FALSE(table.find(sha256("b")));
  table.keep(sha256("a"), seen_until(kNow + seconds(20), "a2"), kNow);
  EXPECT_EQ(table.find(sha256("a"))->token->subject, "a2");
  table.keep(sha256("c"), seen_until(kNow, "c"), kNow);  // over already
  EXPECT_FALSE(table.find(sha256("c")));
  SeenTokens none(0);
  none.keep(sha256("a"), seen_until(kNow + seconds(10), "a"), kNow);
  EXPECT_FALSE(none.find(sha256("a")));
}

TEST(seen_tokens, is_bounded_and_lets_go_first_what_ends_first) {
  SeenTokens table(4);  // one row
  for (int i = 0; i < 100; ++i) {
    table.keep(sha256(std::to_string(i)), seen_until(kNow + seconds(1000 + i), ""), kNow);
  }
  int left = 0;
  for (int i = 0; i < 100; ++i) left += table.find(sha256(std::to_string(i))) ? 1 : 0;
  EXPECT_EQ(left, 4);
  EXPECT_TRUE(table.find(sha256("99")));
  EXPECT_FALSE(table.find(sha256("0")));
}

// Readers beside a writer that replaces what they read: each sees a whole entry of its own key.
TEST(seen_tokens, readers_see_whole_entries_while_writers_replace_them) {
  SeenTokens table(4);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::atomic<int> found{0};
  std::vector<std::thread> readers;
  for (int number = 0; number < 3; ++number) {
    readers.emplace_back([&] {
      while (!stop) {
        for (int key = 0; key < 6; ++key) {
          const auto seen = table.find(sha256(std::to_string(key)));
          if (!seen) continue;
          ++found;
          if (seen->token->subject != std::to_string(key)) ++wrong;
        }
      }
    });
  }
  for (int turn = 0; turn < 3000 || found < 1000; ++turn) {
    const int key = turn % 6;
    table.keep(sha256(std::to_string(key)),
               seen_until(kNow + seconds(1000 + turn), std::to_string(key)), kNow);
  }
  stop = true;
  for (auto& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace grantd::guard
