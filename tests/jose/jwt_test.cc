#include "grantd/jose/jwt.h"

#include <gtest/gtest.h>

#include "tests/jose/example_keys.h"

namespace grantd::jose {
namespace {

std::string token_of(std::string_view payload) {
  return sign_compact(example_key(Algorithm::es256), Algorithm::es256,
                      Json::object({{"typ", "at+jwt"}, {"kid", "ES256"}}), payload);
}

TEST(Jwt, claims_come_back_as_they_were_signed) {
  const Json claims = Json::object({{"iss", "https://issuer.example"}, {"exp", 1795359202}});
  const std::string token = sign_jwt(example_key(Algorithm::es256), Algorithm::es256,
                                     Json::object({{"kid", "ES256"}}), claims);
  const auto verified = verify_jwt(token, example_set(), kAll);
  ASSERT_TRUE(verified) << verified.error().reason;
  EXPECT_EQ(verified->claims, claims);
  EXPECT_EQ(verified->kid, "ES256");
  const auto seen = decode_unverified(token);
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->claims, claims);
  EXPECT_EQ(*seen->header.find_string("alg"), "ES256");
}

// JW-10: RFC 7519 §4, §7.2; RFC 8725 §2.4.
TEST(Jwt, a_payload_that_is_no_strict_object_is_refused) {
  for (const char* payload : {"", "[]", "\"x\"", "null", R"({"a":1,"a":1})", R"({"exp":1e400})",
                              "{} {}", "{\"a\":\"\xff\"}"}) {
    const auto verified = verify_jwt(token_of(payload), example_set(), kAll);
    ASSERT_FALSE(verified) << payload;
    EXPECT_EQ(verified.error().problem, JwsProblem::claims) << payload;
    EXPECT_FALSE(decode_unverified(token_of(payload))) << payload;
  }
}

TEST(Jwt, a_bad_signature_is_found_before_the_claims_are_read) {
  std::string token = token_of("not even JSON");
  const std::size_t at = token.rfind('.') + 1;
  token[at] = token[at] == 'A' ? 'B' : 'A';
  EXPECT_EQ(verify_jwt(token, example_set(), kAll).error().problem, JwsProblem::signature);
}

// JW-05: RFC 7519 §2.
TEST(NumericDate, only_whole_seconds_in_range_are_a_time) {
  const auto read = [](const char* claims) {
    return read_numeric_date(*Json::parse(claims), "exp");
  };
  EXPECT_EQ(read(R"({"exp":1795359202})").value(), std::optional(from_seconds(1795359202)));
  EXPECT_EQ(read(R"({"exp":0})").value(), std::optional(from_seconds(0)));
  EXPECT_EQ(read(R"({"exp":253402300799})").value(), std::optional(from_seconds(253402300799)));
  EXPECT_EQ(read(R"({"nbf":1})").value(), std::optional<Time>());
  for (const char* claims :
       {R"({"exp":"1795359202"})", R"({"exp":1795359202.5})", R"({"exp":1.0})", R"({"exp":1e9})",
        R"({"exp":-1})", R"({"exp":253402300800})", R"({"exp":9223372036854775807})",
        R"({"exp":null})", R"({"exp":true})", R"({"exp":[1]})"}) {
    EXPECT_FALSE(read(claims)) << claims;
  }
}

// RFC 7519 §4.1.3.
TEST(Audience, is_one_text_or_an_array_of_texts) {
  const auto read = [](const char* claims) { return read_audience(*Json::parse(claims)); };
  EXPECT_EQ(read(R"({"aud":"a"})"), std::vector<std::string>{"a"});
  EXPECT_EQ(read(R"({"aud":["a","b"]})"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(read(R"({})"), std::vector<std::string>());
  for (const char* claims :
       {R"({"aud":5})", R"({"aud":null})", R"({"aud":["a",5]})", R"({"aud":{"a":1}})"}) {
    EXPECT_FALSE(read(claims)) << claims;
  }
}

TEST(TextClaim, is_text_or_absent) {
  EXPECT_EQ(read_text(*Json::parse(R"({"sub":"x"})"), "sub").value(),
            std::optional<std::string>("x"));
  EXPECT_EQ(read_text(*Json::parse("{}"), "sub").value(), std::optional<std::string>());
  EXPECT_FALSE(read_text(*Json::parse(R"({"sub":5})"), "sub"));
  EXPECT_FALSE(read_text(*Json::parse(R"({"sub":null})"), "sub"));
}

}  // namespace
}  // namespace grantd::jose
