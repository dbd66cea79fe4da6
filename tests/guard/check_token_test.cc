// What an API lets in: RFC 9068 §4, RFC 6750 §3, RFC 8725; JW-01 to JW-11, CL-10.
#include "grantd/guard/check_token.h"

#include <gtest/gtest.h>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"

namespace grantd::guard {
namespace {

using namespace std::string_literals;
using jose::Algorithm;
using oauth::ErrorCode;

const Time kNow = from_seconds(1'800'000'000);
constexpr std::int64_t kIssued = 1'800'000'000 - 60;

const jose::PrivateKey& signing_key() {
  static const auto key = jose::PrivateKey::generate(Algorithm::es256);
  return key;
}

jose::KeySet keys() {
  jose::KeySet set;
  set.add({"k1", signing_key().public_key(), Algorithm::es256});
  return set;
}

Policy policy(std::string_view required = "") {
  Policy made;
  made.issuer = oauth::Issuer("https://auth.example");
  made.audience = oauth::Audience("https://api.example");
  made.need = Need::of(required);
  return made;
}

Json header() {
  return Json::object({{"typ", "at+jwt"}, {"kid", "k1"}});
}

Json claims() {
  return Json::object({{"iss", "https://auth.example"},
                       {"sub", "user"},
                       {"aud", "https://api.example"},
                       {"client_id", "app"},
                       {"jti", "id"},
                       {"iat", kIssued},
                       {"exp", kIssued + 900},
                       {"auth_time", kIssued - 5},
                       {"scope", "read write"}});
}

std::string token(const Json& with_header, const Json& with_claims) {
  return jose::sign_jwt(signing_key(), Algorithm::es256, with_header, with_claims);
}
std::string token(const Json& with_claims) {
  return token(header(), with_claims);
}

// The claims but one.
Json claims_without(std::string_view left_out) {
  const Json whole = claims();
  auto rest = Json::object();
  for (const auto& [name, value] : *whole.as_object()) {
    if (name != left_out) rest.set(name, value);
  }
  return rest;
}

// Header and claims as raw text, with a genuine signature.
std::string signed_raw(std::string_view header_text, std::string_view claims_text) {
  const auto input =
      base64url_encode(as_bytes(header_text)) + "." + base64url_encode(as_bytes(claims_text));
  return input + "." + base64url_encode(signing_key().sign(Algorithm::es256, input));
}

testing::AssertionResult is_invalid(const Result<AccessToken, TokenError>& checked) {
  if (checked) return testing::AssertionFailure() << "accepted";
  if (checked.error().code != ErrorCode::invalid_token) {
    return testing::AssertionFailure() << "another code";
  }
  if (checked.error().reason.empty()) return testing::AssertionFailure() << "no reason";
  return testing::AssertionSuccess();
}

TEST(check_token, a_sound_token_is_let_in) {
  const auto checked = check_token(token(claims()), keys(), policy("read"), kNow);
  ASSERT_TRUE(checked.has_value()) << checked.error().reason;
  EXPECT_EQ(checked->issuer.str(), "https://auth.example");
  EXPECT_EQ(checked->subject, "user");
  EXPECT_EQ(checked->client_id.str(), "app");
  EXPECT_EQ(checked->scope.to_text(), "read write");
  EXPECT_EQ(checked->jti, "id");
  EXPECT_EQ(to_seconds(checked->issued_at), kIssued);
  EXPECT_EQ(to_seconds(checked->expires_at), kIssued + 900);
  EXPECT_EQ(checked->auth_time, from_seconds(kIssued - 5));
  EXPECT_EQ(*checked->claims.find_string("sub"), "user");

  auto several = claims();
  several.set("aud", Json::array({"https://other.example", "https://api.example"}));
  EXPECT_TRUE(check_token(token(several), keys(), policy(), kNow).has_value());
  // What grantd adds of its own is none of the API's business.
  auto robots = claims();
  robots.set("client_state", "AAAAAAAAAAA.1");
  EXPECT_TRUE(check_token(token(robots), keys(), policy(), kNow).has_value());
  auto long_type = header();
  long_type.set("typ", "application/at+JWT");
  EXPECT_TRUE(check_token(token(long_type, claims()), keys(), policy(), kNow).has_value());
}

TEST(check_token, each_claim_must_be_right) {
  struct Row {
    const char* citation;
    const char* name;
    Json value;  // null: the claim is left out
  };
  const Row rows[] = {
      {"JW-05: exp past", "exp", kIssued},
      {"JW-05: exp as text", "exp", "1900000000"},
      {"JW-05: exp with a fraction", "exp", 1.9e9},
      {"JW-05: exp below 0", "exp", -1},
      {"JW-05: exp missing", "exp", Json()},
      {"JW-05: nbf in the future", "nbf", kIssued + 60 + 61},
      {"JW-05: nbf as text", "nbf", "0"},
      {"JW-05: iat in the future", "iat", kIssued + 60 + 61},
      {"JW-05: iat missing", "iat", Json()},
      {"JW-06: other aud", "aud", "https://other.example"},
      {"JW-06: aud with a slash more", "aud", "https://api.example/"},
      {"JW-06: aud missing", "aud", Json()},
      {"JW-06: array without us", "aud", Json::array({"a", "b"})},
      {"JW-06: empty array", "aud", Json::array()},
      {"JW-06: not only texts", "aud", Json::array({"https://api.example", 1})},
      {"JW-06: other iss", "iss", "https://evil.example"},
      {"JW-06: iss with a slash more", "iss", "https://auth.example/"},
      {"JW-06: iss in another case", "iss", "https://AUTH.example"},
      {"JW-06: iss missing", "iss", Json()},
      {"RFC 9068 §2.2: sub missing", "sub", Json()},
      {"RFC 9068 §2.2: sub a number", "sub", 1},
      {"RFC 9068 §2.2: client_id missing", "client_id", Json()},
      {"RFC 9068 §2.2: jti missing", "jti", Json()},
      {"RFC 6749 §3.3: scope an array", "scope", Json::array({"read"})},
      {"RFC 6749 §3.3: scope with two blanks", "scope", "read  write"},
      {"DP-07, RFC 9449 §7.2: bound to a key", "cnf", Json::object({{"jkt", "x"}})},
  };
  for (const auto& row : rows) {
    auto changed = claims_without(row.name);
    if (!row.value.is_null()) changed.set(row.name, row.value);
    EXPECT_TRUE(is_invalid(check_token(token(changed), keys(), policy(), kNow))) << row.citation;
  }
}

// JW-05: clocks may differ by 60 s, whatever the policy says.
TEST(check_token, clocks_may_differ_by_at_most_60_seconds) {
  const auto text = token(claims());
  const auto end = from_seconds(kIssued + 900);
  auto generous = policy();
  generous.skew = std::chrono::hours(1);
  EXPECT_TRUE(check_token(text, keys(), generous, end + seconds(59)).has_value());
  EXPECT_TRUE(is_invalid(check_token(text, keys(), generous, end + seconds(60))));
  auto exact = policy();
  exact.skew = Duration::zero();
  EXPECT_TRUE(check_token(text, keys(), exact, end - Duration(1)).has_value());
  EXPECT_TRUE(is_invalid(check_token(text, keys(), exact, end)));
  EXPECT_TRUE(check_token(text, keys(), policy(), from_seconds(kIssued - 60)).has_value());
  EXPECT_TRUE(is_invalid(check_token(text, keys(), policy(), from_seconds(kIssued - 61))));
}

// RFC 9068 §4: no ID token, logout token or other JWT of the same issuer is an access token.
TEST(check_token, only_the_type_at_jwt_counts) {
  for (const auto& typ : {Json(), Json("JWT"), Json("logout+jwt"), Json("at+jwt+x"), Json(1)}) {
    auto other = Json::object({{"kid", "k1"}});
    if (!typ.is_null()) other.set("typ", typ);
    EXPECT_TRUE(is_invalid(check_token(token(other, claims()), keys(), policy(), kNow)));
  }
}

TEST(check_token, the_token_chooses_neither_algorithm_nor_key) {
  const auto body = claims().dump();
  const auto unsigned_token = [&](std::string_view alg, std::string_view signature) {
    return base64url_encode(
               as_bytes(R"({"alg":")" + std::string(alg) + R"(","typ":"at+jwt","kid":"k1"})")) +
           "." + base64url_encode(as_bytes(body)) + "." + std::string(signature);
  };
  // JW-01.
  for (const auto* alg : {"none", "None", "nONE", "NONE", ""}) {
    EXPECT_TRUE(is_invalid(check_token(unsigned_token(alg, ""), keys(), policy(), kNow))) << alg;
  }
  EXPECT_TRUE(is_invalid(check_token(unsigned_token("ES256", ""), keys(), policy(), kNow)));
  // JW-02: HMAC keyed with the public key as it is published.
  const auto published =
      jose::public_jwk(signing_key().public_key(), "k1", Algorithm::es256).dump();
  const auto forged = unsigned_token("HS256", "");
  const auto input = std::string_view(forged).substr(0, forged.size() - 1);
  const auto mac = hmac_sha256(as_bytes(published), as_bytes(input));
  EXPECT_TRUE(is_invalid(check_token(forged + base64url_encode(mac), keys(), policy(), kNow)));
  // JW-03: a key that the token brings along, or points to.
  const auto stranger = jose::PrivateKey::generate(Algorithm::es256);
  for (const auto* member : {"jwk", "jku", "x5u", "x5c"}) {
    auto brought = header();
    brought.set(member, member == "jwk"s ? stranger.public_key().members()
                                         : Json("https://evil.example/keys"));
    const auto text = jose::sign_jwt(stranger, Algorithm::es256, brought, claims());
    EXPECT_TRUE(is_invalid(check_token(text, keys(), policy(), kNow))) << member;
  }
  // Pinned: the key is ours, the algorithm is not among the policy's.
  auto pinned = policy();
  pinned.algorithms = {Algorithm::rs256, Algorithm::ps256};
  EXPECT_TRUE(is_invalid(check_token(token(claims()), keys(), pinned, kNow)));
  pinned.algorithms.clear();
  EXPECT_TRUE(is_invalid(check_token(token(claims()), keys(), pinned, kNow)));
}

// JW-04: only an unknown key is a reason to fetch keys.
TEST(check_token, says_when_the_key_is_unknown) {
  auto foreign_kid = header();
  foreign_kid.set("kid", "k2");
  const auto unknown = check_token(token(foreign_kid, claims()), keys(), policy(), kNow);
  EXPECT_TRUE(is_invalid(unknown));
  EXPECT_TRUE(unknown.error().unknown_key);
  auto expired = claims();
  expired.set("exp", kIssued);
  EXPECT_FALSE(check_token(token(expired), keys(), policy(), kNow).error().unknown_key);
  EXPECT_FALSE(check_token("x", keys(), policy(), kNow).error().unknown_key);
}

TEST(check_token, every_algorithm_of_the_policy_works) {
  for (const auto algorithm : {Algorithm::rs256, Algorithm::ps256, Algorithm::eddsa}) {
    const auto key = jose::PrivateKey::generate(algorithm);
    jose::KeySet set;
    ASSERT_TRUE(set.add({"k1", key.public_key(), algorithm}));
    const auto text = jose::sign_jwt(key, algorithm, header(), claims());
    EXPECT_TRUE(check_token(text, set, policy(), kNow).has_value()) << name_of(algorithm);
    EXPECT_TRUE(is_invalid(check_token(text, keys(), policy(), kNow)));
  }
}

TEST(check_token, what_is_not_a_canonical_compact_jws_is_invalid) {
  const auto good = token(claims());
  const auto first = good.find('.');
  const auto second = good.rfind('.');
  auto flipped = good;
  flipped[second - 1] = flipped[second - 1] == 'A' ? 'B' : 'A';
  const auto plus = good.substr(0, second + 1) + "+/" + good.substr(second + 3);
  const std::string rows[] = {"",
                              ".",
                              "..",
                              "a.b.c",
                              good + "=",
                              good + ".",
                              good + ".x.y",
                              good.substr(0, second),
                              good.substr(0, second + 1),
                              " " + good,
                              good + "\n",
                              flipped,
                              plus,
                              good.substr(0, first) + "=" + good.substr(first),
                              good.substr(0, good.size() - 1),
                              R"({"payload":"x","protected":"y","signature":"z"})",
                              std::string(1 << 20, 'a'),
                              good + std::string(1, '\0')};
  for (const auto& text : rows) {
    EXPECT_TRUE(is_invalid(check_token(text, keys(), policy(), kNow))) << text.substr(0, 80);
  }
  // JW-08.
  const auto body = claims().dump();
  for (const auto* raw : {R"({"alg":"ES256","kid":"k1","typ":"at+jwt","crit":["x"],"x":1})",
                          R"({"alg":"ES256","kid":"k1","typ":"at+jwt","crit":["b64"],"b64":false})",
                          R"({"alg":"ES256","kid":"k1","typ":"at+jwt","b64":false})",
                          R"({"alg":"ES256","kid":"k1","typ":"JWT","typ":"at+jwt"})"}) {  // JW-10
    EXPECT_TRUE(is_invalid(check_token(signed_raw(raw, body), keys(), policy(), kNow))) << raw;
  }
  const auto sound = R"({"alg":"ES256","kid":"k1","typ":"at+jwt"})"s;
  ASSERT_TRUE(check_token(signed_raw(sound, body), keys(), policy(), kNow).has_value());
  // JW-10: a claim twice; JW-05: a number beyond all numbers.
  auto twice = body;
  twice.insert(1, R"("sub":"admin",)");
  EXPECT_TRUE(is_invalid(check_token(signed_raw(sound, twice), keys(), policy(), kNow)));
  auto infinite = body;
  infinite.insert(1, R"("nbf":1e400,)");
  EXPECT_TRUE(is_invalid(check_token(signed_raw(sound, infinite), keys(), policy(), kNow)));
  EXPECT_TRUE(is_invalid(check_token(signed_raw(sound, "[]"), keys(), policy(), kNow)));
}

// JW-11.
TEST(check_token, degenerate_signatures_are_invalid) {
  const auto good = token(claims());
  const auto input = good.substr(0, good.rfind('.') + 1);
  const auto signature = base64url_decode(good.substr(input.size())).value();
  const Bytes zeros(64, 0);
  Bytes half(signature.begin(), signature.begin() + 32);
  Bytes der{0x30, 0x44, 0x02, 0x20};
  der.insert(der.end(), signature.begin(), signature.begin() + 32);
  der.insert(der.end(), {0x02, 0x20});
  der.insert(der.end(), signature.begin() + 32, signature.end());
  Bytes longer = signature;
  longer.push_back(0);
  for (const auto& bad : {zeros, half, der, longer}) {
    EXPECT_TRUE(is_invalid(check_token(input + base64url_encode(bad), keys(), policy(), kNow)));
  }
}

// CL-10: whole words, all of them.
TEST(check_token, scopes_are_whole_words_and_all_are_needed) {
  auto other = claims();
  other.set("scope", "readwrite reader");
  const auto checked = check_token(token(other), keys(), policy("read"), kNow);
  ASSERT_FALSE(checked.has_value());
  EXPECT_EQ(checked.error().code, ErrorCode::insufficient_scope);
  EXPECT_EQ(checked.error().status(), 403);
  EXPECT_EQ(challenge_for(checked.error(), "api"),
            "Bearer realm=\"api\", error=\"insufficient_scope\", error_description=\"" +
                checked.error().description + "\", scope=\"read\"");
  EXPECT_TRUE(check_token(token(claims()), keys(), policy("read write"), kNow).has_value());
  EXPECT_FALSE(check_token(token(claims()), keys(), policy("read admin"), kNow).has_value());
  const auto without = claims_without("scope");
  EXPECT_TRUE(check_token(token(without), keys(), policy(), kNow).has_value());
  EXPECT_FALSE(check_token(token(without), keys(), policy("read"), kNow).has_value());
}

// RFC 6750 §3.1: the prober learns that it is invalid, never what differed.
TEST(check_token, the_client_reads_the_same_whatever_differed) {
  auto expired = claims();
  expired.set("exp", kIssued);
  auto foreign = claims();
  foreign.set("aud", "other");
  const auto challenge = challenge_for(check_token("x", keys(), policy(), kNow).error(), "");
  EXPECT_EQ(challenge,
            challenge_for(check_token(token(expired), keys(), policy(), kNow).error(), ""));
  EXPECT_EQ(challenge,
            challenge_for(check_token(token(foreign), keys(), policy(), kNow).error(), ""));
  EXPECT_NE(check_token(token(expired), keys(), policy(), kNow).error().reason,
            check_token(token(foreign), keys(), policy(), kNow).error().reason);
  EXPECT_EQ(check_token("x", keys(), policy(), kNow).error().status(), 401);
}

// RFC 6750 §2.1, §3.1; UI-01, UI-04.
TEST(read_bearer, without_a_token_there_is_a_challenge_without_an_error) {
  const auto none = read_bearer(nullptr);
  ASSERT_FALSE(none.has_value());
  EXPECT_EQ(none.error().status(), 401);
  EXPECT_EQ(challenge_for(none.error(), "api"), "Bearer realm=\"api\"");
  EXPECT_EQ(challenge_for(none.error(), ""), "Bearer");
  const auto basic = "Basic YTpi"s;
  EXPECT_EQ(read_bearer(&basic).error().status(), 401);
  EXPECT_FALSE(read_bearer(&basic).error().code.has_value());
  for (const auto& bad : {"Bearer"s, "Bearer a b"s, "Bearer a,b"s}) {
    const auto malformed = read_bearer(&bad);
    ASSERT_FALSE(malformed.has_value()) << bad;
    EXPECT_EQ(malformed.error().code, ErrorCode::invalid_request);
    EXPECT_EQ(malformed.error().status(), 400);
  }
  const auto good = "bearer abc"s;
  EXPECT_EQ(read_bearer(&good), "abc");
}

}  // namespace
}  // namespace grantd::guard
