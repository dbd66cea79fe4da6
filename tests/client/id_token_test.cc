// What an ID token must say before anybody is signed in by it. OpenID Connect Core §2, §3.1.3.6,
// §3.1.3.7, §3.1.3.8, §12.2; RFC 8725 §3.1, §3.11; CL-03.
#include "grantd/client/id_token.h"

#include <gtest/gtest.h>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/jose/jwt.h"

namespace grantd::client {
namespace {

using jose::Algorithm;
using jose::PrivateKey;

const Time kNow = from_seconds(1'800'000'000);
constexpr std::string_view kAccessToken = "the.access.token";

const PrivateKey& key_of(Algorithm algorithm) {
  static const PrivateKey es256 = PrivateKey::generate(Algorithm::es256);
  static const PrivateKey rs256 = PrivateKey::generate(Algorithm::rs256);
  static const PrivateKey eddsa = PrivateKey::generate(Algorithm::eddsa);
  return algorithm == Algorithm::es256 ? es256 : algorithm == Algorithm::eddsa ? eddsa : rs256;
}

const jose::KeySet& keys() {
  static const jose::KeySet set = [] {
    jose::KeySet made;
    made.add({"es256", key_of(Algorithm::es256).public_key(), Algorithm::es256});
    made.add({"rs256", key_of(Algorithm::rs256).public_key(), Algorithm::rs256});
    made.add({"eddsa", key_of(Algorithm::eddsa).public_key(), Algorithm::eddsa});
    return made;
  }();
  return set;
}

Expected expected() {
  Expected made;
  made.issuer = oauth::Issuer("https://auth.example");
  made.client_id = oauth::ClientId("app");
  made.nonce = "the-nonce";
  made.access_token = Secret(kAccessToken);
  return made;
}

Json claims() {
  return Json::object({{"iss", "https://auth.example"},
                       {"sub", "ada"},
                       {"aud", "app"},
                       {"exp", to_seconds(kNow) + 900},
                       {"iat", to_seconds(kNow) - 5},
                       {"auth_time", to_seconds(kNow) - 100},
                       {"acr", "pwd"},
                       {"nonce", "the-nonce"},
                       {"name", "Ada Lindqvist"}});
}

std::string text_of(Algorithm algorithm) {
  return lower_ascii(jose::name_of(algorithm));
}

std::string sign(const Json& said, Algorithm algorithm = Algorithm::es256, Json header = Json()) {
  if (header.is_null()) header = Json::object({{"kid", text_of(algorithm)}, {"typ", "JWT"}});
  return jose::sign_jwt(key_of(algorithm), algorithm, header, said);
}

Json without(std::string_view name) {
  Json made = Json::object();
  const Json all = claims();
  for (const auto& [key, value] : *all.as_object()) {
    if (key != name) made.set(key, value);
  }
  return made;
}

Json with(std::string name, Json value) {
  Json made = claims();
  made.set(std::move(name), std::move(value));
  return made;
}

TEST(check_id_token, takes_what_this_server_says_to_this_app) {
  const auto token = check_id_token(sign(claims()), keys(), expected(), kNow);
  ASSERT_TRUE(token.has_value()) << token.error().message();
  EXPECT_EQ(token->subject, "ada");
  EXPECT_EQ(token->issued_at, kNow - seconds(5));
  EXPECT_EQ(token->expires_at, kNow + seconds(900));
  EXPECT_EQ(token->auth_time, kNow - seconds(100));
  EXPECT_EQ(token->acr, "pwd");
  EXPECT_EQ(*token->claims.find_string("name"), "Ada Lindqvist");
}

TEST(check_id_token, takes_the_variants_that_the_standard_allows) {
  struct Row {
    const char* citation;
    Json said;
    void (*also)(Expected&);
  };
  const Row rows[] = {
      {"Core §2: aud as a list", with("aud", Json::array({"app"})), nullptr},
      {"Core §3.1.3.7 item 3: another audience that is trusted",
       with("aud", Json::array({"app", "api"})), [](Expected& e) { e.other_audiences = {"api"}; }},
      {"Core §3.1.3.7 item 4: azp is this app", with("azp", "app"), nullptr},
      {"Core §3.1.3.7 item 10: clocks differ", with("iat", to_seconds(kNow) + 59), nullptr},
      {"Core §3.1.3.7 item 9: clocks differ", with("exp", to_seconds(kNow) - 59), nullptr},
      {"RFC 7519 §4.1.5", with("nbf", to_seconds(kNow) + 59), nullptr},
      {"Core §3.1.3.7 item 13", claims(), [](Expected& e) { e.max_age = seconds(100); }},
      {"Core §3.1.3.7 item 12", claims(), [](Expected& e) { e.acr_values = {"mfa", "pwd"}; }},
      {"no nonce was sent", without("nonce"), [](Expected& e) { e.nonce.clear(); }},
      {"Core §2: optional", without("auth_time"), nullptr},
  };
  for (const auto& row : rows) {
    auto wanted = expected();
    if (row.also) row.also(wanted);
    const auto token = check_id_token(sign(row.said), keys(), wanted, kNow);
    EXPECT_TRUE(token.has_value()) << row.citation << ": " << token.error().message();
  }
}

TEST(check_id_token, a_token_that_says_otherwise_signs_nobody_in) {
  struct Row {
    const char* citation;
    Json said;
    void (*also)(Expected&);
  };
  const auto now = to_seconds(kNow);
  const Row rows[] = {
      {"Core §3.1.3.7 item 2: other iss", with("iss", "https://evil.example"), nullptr},
      {"Core §3.1.3.7 item 2: a slash more", with("iss", "https://auth.example/"), nullptr},
      {"Core §2: no iss", without("iss"), nullptr},
      {"Core §2: iss of another type", with("iss", 7), nullptr},
      {"Core §3.1.3.7 item 3: other aud", with("aud", "other"), nullptr},
      {"Core §3.1.3.7 item 3: part of the name", with("aud", "application"), nullptr},
      {"Core §3.1.3.7 item 3: other audiences", with("aud", Json::array({"app", "evil"})), nullptr},
      {"Core §3.1.3.7 item 3: an empty list", with("aud", Json::array()), nullptr},
      {"Core §2: no aud", without("aud"), nullptr},
      {"Core §3.1.3.7 item 4: other azp", with("azp", "other"), nullptr},
      {"Core §3.1.3.7 item 4: empty azp", with("azp", ""), nullptr},
      {"Core §3.1.3.7 item 9: expired", with("exp", now - 60), nullptr},
      {"Core §2: no exp", without("exp"), nullptr},
      {"Core §2: exp as text", with("exp", "1900000000"), nullptr},
      {"Core §3.1.3.7 item 10: from the future", with("iat", now + 61), nullptr},
      {"Core §2: no iat", without("iat"), nullptr},
      {"RFC 7519 §4.1.5: not yet", with("nbf", now + 61), nullptr},
      {"Core §3.1.3.7 item 11: other nonce", with("nonce", "the-nonce2"), nullptr},
      {"Core §3.1.3.7 item 11: no nonce", without("nonce"), nullptr},
      {"Core §3.1.3.7 item 11: a nonce that was not sent", claims(),
       [](Expected& e) { e.nonce.clear(); }},
      {"Core §3.1.3.7 item 12: other acr", claims(), [](Expected& e) { e.acr_values = {"mfa"}; }},
      {"Core §3.1.3.7 item 12: no acr", without("acr"),
       [](Expected& e) { e.acr_values = {"mfa"}; }},
      {"Core §3.1.3.7 item 13: too long ago", claims(),
       [](Expected& e) { e.max_age = seconds(39); }},
      {"Core §3.1.3.7 item 13: no auth_time", without("auth_time"),
       [](Expected& e) { e.max_age = seconds(1000); }},
      {"Core §3.1.3.8: at_hash of another token", with("at_hash", "77QmUPtjPfzWtF2AnpK9RQ"),
       nullptr},
      {"Core §2: no sub", without("sub"), nullptr},
      {"Core §2: empty sub", with("sub", ""), nullptr},
      {"Core §2: sub of 256 characters", with("sub", std::string(256, 'a')), nullptr},
      {"Core §2: sub that is not ASCII", with("sub", "ad\xc3\xa4"), nullptr},
  };
  for (const auto& row : rows) {
    auto wanted = expected();
    if (row.also) row.also(wanted);
    const auto token = check_id_token(sign(row.said), keys(), wanted, kNow);
    ASSERT_FALSE(token.has_value()) << row.citation;
    EXPECT_EQ(token.error().problem, FlowProblem::foreign) << row.citation;
    EXPECT_FALSE(token.error().expected.empty() || token.error().found.empty()) << row.citation;
    EXPECT_FALSE(token.error().unknown_key) << row.citation;
  }
}

// Core §3.1.3.7 items 6 to 8; RFC 8725 §3.1: the token chooses neither its key nor its algorithm.
TEST(check_id_token, a_signature_that_is_not_the_servers_signs_nobody_in) {
  const auto good = sign(claims());
  const auto payload = good.substr(good.find('.') + 1, good.rfind('.') - good.find('.') - 1);
  const auto head = [](std::string_view text) { return base64url_encode(as_bytes(text)); };
  const auto stranger = PrivateKey::generate(Algorithm::es256);
  const auto hmac_input = head(R"({"alg":"HS256","kid":"es256"})") + "." + payload;
  const auto hmac = base64url_encode(
      hmac_sha256(as_bytes(keys().find("es256")->key.members().dump()), as_bytes(hmac_input)));
  const std::pair<const char*, std::string> rows[] = {
      {"a foreign key under our kid",
       jose::sign_jwt(stranger, Algorithm::es256, Json::object({{"kid", "es256"}}), claims())},
      {"alg none", head(R"({"alg":"none"})") + "." + payload + "."},
      {"alg None", head(R"({"alg":"None"})") + "." + payload + "."},
      {"HMAC keyed by our public key", hmac_input + "." + hmac},
      {"no signature", good.substr(0, good.rfind('.') + 1)},
      {"two parts", good.substr(0, good.rfind('.'))},
      {"five parts: encrypted", "a.b.c.d.e"},
      {"another payload", good.substr(0, good.find('.') + 1) +
                              head(with("sub", "grace").dump()) + good.substr(good.rfind('.'))},
      {"nothing", ""},
  };
  for (const auto& [title, text] : rows) {
    const auto token = check_id_token(text, keys(), expected(), kNow);
    ASSERT_FALSE(token.has_value()) << title;
    EXPECT_EQ(token.error().problem, FlowProblem::foreign) << title;
  }
  // The algorithm that was registered, and no other that the server has.
  auto wanted = expected();
  wanted.algorithms = {Algorithm::rs256};
  EXPECT_FALSE(check_id_token(good, keys(), wanted, kNow).has_value());
  EXPECT_TRUE(check_id_token(sign(claims(), Algorithm::rs256), keys(), wanted, kNow).has_value());
  // A key that nobody knows yet: the one failure that a look at the server may heal.
  const auto unknown =
      jose::sign_jwt(stranger, Algorithm::es256, Json::object({{"kid", "new"}}), claims());
  EXPECT_TRUE(check_id_token(unknown, keys(), expected(), kNow).error().unknown_key);
}

// RFC 8725 §3.11: signed by the same keys, and yet no ID token.
TEST(check_id_token, a_token_of_another_kind_signs_nobody_in) {
  for (const Json& typ : {Json("at+jwt"), Json("application/at+jwt"), Json("logout+jwt"),
                          Json("token-introspection+jwt"), Json(7)}) {
    const auto text =
        sign(claims(), Algorithm::es256, Json::object({{"kid", "es256"}, {"typ", typ}}));
    EXPECT_FALSE(check_id_token(text, keys(), expected(), kNow).has_value()) << typ.dump();
  }
  const auto bare = sign(claims(), Algorithm::es256, Json::object({{"kid", "es256"}}));
  EXPECT_TRUE(check_id_token(bare, keys(), expected(), kNow).has_value());
}

// Core §3.1.3.6: the left half of the hash of the algorithm; SHA-512 with Ed25519.
TEST(check_id_token, at_hash_is_of_the_algorithms_own_hash) {
  const auto by_256 = base64url_encode(ByteView(sha256(kAccessToken)).first(16));
  const auto by_512 = base64url_encode(ByteView(sha512(kAccessToken)).first(32));
  const auto check = [](Algorithm algorithm, const std::string& at_hash) {
    return check_id_token(sign(with("at_hash", at_hash), algorithm), keys(), expected(), kNow)
        .has_value();
  };
  for (const auto algorithm : {Algorithm::es256, Algorithm::rs256}) {
    EXPECT_TRUE(check(algorithm, by_256));
    EXPECT_FALSE(check(algorithm, by_512));
    EXPECT_FALSE(check(algorithm, by_256.substr(0, 10)));
  }
  EXPECT_TRUE(check(Algorithm::eddsa, by_512));
  EXPECT_FALSE(check(Algorithm::eddsa, by_256));
}

// Core §12.2.
TEST(check_id_token, a_refreshed_token_is_about_the_same_person_and_sign_in) {
  auto wanted = expected();
  wanted.first = check_id_token(sign(claims()), keys(), wanted, kNow).value();
  const auto check = [&](const Json& said) {
    return check_id_token(sign(said), keys(), wanted, kNow).has_value();
  };
  EXPECT_TRUE(check(claims()));
  EXPECT_TRUE(check(without("nonce")));
  EXPECT_TRUE(check(without("auth_time")));
  EXPECT_FALSE(check(with("nonce", "another")));
  EXPECT_FALSE(check(with("sub", "grace")));
  EXPECT_FALSE(check(with("auth_time", to_seconds(kNow) - 99)));
  EXPECT_FALSE(check(with("iss", "https://evil.example")));
  EXPECT_FALSE(check(with("aud", "other")));
}

// CL-06.
TEST(check_id_token, what_a_token_says_is_shown_without_its_controls) {
  const auto token = check_id_token(sign(with("iss", "a\x1b[31m\nb")), keys(), expected(), kNow);
  ASSERT_FALSE(token.has_value());
  EXPECT_EQ(token.error().message().find_first_of("\x1b\n"), std::string::npos);
}

}  // namespace
}  // namespace grantd::client
