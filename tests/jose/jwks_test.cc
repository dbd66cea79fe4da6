#include "grantd/jose/jwks.h"

#include <gtest/gtest.h>

#include "tests/jose/example_keys.h"

namespace grantd::jose {
namespace {

Json good(std::string_view kid) {
  return public_jwk(example_key(Algorithm::es256).public_key(), kid, Algorithm::es256);
}
Json with(Json jwk, std::string name, Json value) {
  jwk.set(std::move(name), std::move(value));
  return jwk;
}
Json set_of(Json::Array keys) {
  return Json::object({{"keys", std::move(keys)}});
}

struct Skipped {
  const char* why;  // citation
  Json jwk;
};

// JW-12, RFC 8725 §3.10, RFC 7517 §5: what cannot be used is left out, the rest stays.
TEST(Jwks, a_bad_key_is_skipped_and_its_neighbours_stay) {
  const Json ec = good("bad");
  const Json rsa = public_jwk(example_key(Algorithm::rs256).public_key(), "bad", Algorithm::rs256);
  const Skipped rows[] = {
      {"no object", Json("key")},
      {"kid of another type", with(ec, "kid", 5)},
      {"unknown kty", with(ec, "kty", "AKP")},
      {"symmetric", Json::object({{"kty", "oct"}, {"k", "AAAA"}, {"kid", "bad"}})},
      {"RFC 7517 §9.2: private member", with(ec, "d", "AAAA")},
      {"private member", with(rsa, "p", "AAAA")},
      {"private member", with(rsa, "q", "AAAA")},
      {"private member", with(rsa, "dp", "AAAA")},
      {"private member", with(rsa, "dq", "AAAA")},
      {"private member", with(rsa, "qi", "AAAA")},
      {"private member", with(rsa, "oth", Json::array())},
      {"private member", with(rsa, "k", Json())},
      {"RFC 7517 §4.2: for encryption", with(ec, "use", "enc")},
      {"use of another type", with(ec, "use", 1)},
      {"RFC 7517 §4.3: not for verifying", with(ec, "key_ops", Json::array({"encrypt"}))},
      {"key_ops of another type", with(ec, "key_ops", "verify")},
      {"alg against kty", with(ec, "alg", "RS256")},
      {"alg against kty", with(rsa, "alg", "ES256")},
      {"alg not on offer", with(ec, "alg", "HS256")},
      {"alg not on offer", with(rsa, "alg", "RSA-OAEP")},
      {"alg of another type", with(rsa, "alg", 7)},
      {"off the curve", with(ec, "x", *ec.find_string("y"))},
  };
  for (const Skipped& row : rows) {
    const auto set = KeySet::from_json(set_of({good("first"), row.jwk, good("last")}));
    ASSERT_TRUE(set) << row.why;
    EXPECT_EQ(set->find("bad"), nullptr) << row.why;
    EXPECT_EQ(set->keys().size(), 2U) << row.why;
    EXPECT_NE(set->find("first"), nullptr) << row.why;
    EXPECT_NE(set->find("last"), nullptr) << row.why;
    EXPECT_EQ(set->skipped().size(), 1U) << row.why;
  }
}

// JW-12: same kid twice; the second being useless does not make the first unambiguous.
TEST(Jwks, a_kid_that_occurs_twice_names_no_key) {
  const Json twins[] = {good("twin"), with(good("twin"), "kty", "AKP")};
  for (const Json& twin : twins) {
    const auto set = KeySet::from_json(set_of({good("twin"), good("single"), twin}));
    ASSERT_TRUE(set);
    EXPECT_EQ(set->find("twin"), nullptr);
    EXPECT_NE(set->find("single"), nullptr);
    EXPECT_EQ(set->keys().size(), 1U);
    EXPECT_EQ(set->skipped().size(), 2U);
  }
}

TEST(Jwks, members_that_are_not_understood_are_ignored) {
  Json jwk = good("k1");
  jwk.set("x5c", Json::array({"AAAA"})).set("x5u", "https://attacker.example").set("exp", 1);
  jwk.set("key_ops", Json::array({"verify"}));
  const auto set = KeySet::from_json(with(set_of({jwk}), "issuer", "x"));
  ASSERT_TRUE(set);
  EXPECT_NE(set->find("k1"), nullptr);
}

// JW-12.
TEST(Jwks, what_is_no_bounded_jwks_is_refused) {
  std::string many = R"({"keys":[)";
  for (int i = 0; i < 10000; ++i) many += "{},";
  many += "{}]}";
  for (const std::string& text :
       {std::string("<html><body>404</body></html>"), std::string(), std::string("[]"),
        std::string("{}"), std::string(R"({"keys":{}})"), std::string(R"({"keys":null})"),
        std::string(R"({"keys":[],"keys":[]})"), many, std::string(5 << 20, ' ')}) {
    EXPECT_FALSE(KeySet::parse(text)) << text.substr(0, 40);
  }
  EXPECT_TRUE(KeySet::from_json(set_of(Json::Array(100))));
  EXPECT_FALSE(KeySet::from_json(set_of(Json::Array(101))));
  EXPECT_TRUE(KeySet::parse(R"({"keys":[]})"));
}

TEST(Jwks, what_is_written_is_read_back) {
  const KeySet ours = example_set();
  const auto again = KeySet::parse(ours.to_json().dump());
  ASSERT_TRUE(again);
  EXPECT_TRUE(again->skipped().empty());
  ASSERT_EQ(again->keys().size(), 4U);
  for (const Algorithm algorithm : kAll) {
    const PublishedKey* const key = again->find(name_of(algorithm));
    ASSERT_NE(key, nullptr);
    EXPECT_EQ(key->algorithm, algorithm);
    EXPECT_EQ(key->key.thumbprint(), example_key(algorithm).public_key().thumbprint());
  }
}

TEST(Jwks, a_key_under_a_taken_kid_or_for_a_foreign_algorithm_is_not_added) {
  const PublicKey key = example_key(Algorithm::es256).public_key();
  KeySet set;
  EXPECT_TRUE(set.add({"k1", key, Algorithm::es256}));
  EXPECT_FALSE(set.add({"k1", key, Algorithm::es256}));
  EXPECT_FALSE(set.add({"k2", key, Algorithm::rs256}));
  EXPECT_EQ(set.keys().size(), 1U);
}

TEST(Jwks, a_key_without_kid_is_kept_but_never_found_by_name) {
  KeySet set;
  EXPECT_TRUE(set.add({"", example_key(Algorithm::es256).public_key(), std::nullopt}));
  EXPECT_EQ(set.find(""), nullptr);
  EXPECT_EQ(set.to_json().find("keys")->as_array()->front().find("kid"), nullptr);
}

}  // namespace
}  // namespace grantd::jose
