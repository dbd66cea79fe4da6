#include "grantd/jose/jwk.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "grantd/base/encoding.h"
#include "tests/jose/example_keys.h"
#include "tests/jose/vectors.h"

namespace grantd::jose {
namespace {

using namespace vectors;

Json ec(std::string_view x, std::string_view y) {
  return Json::object({{"kty", "EC"}, {"crv", "P-256"}, {"x", x}, {"y", y}});
}
Json rsa(std::string_view n, std::string_view e) {
  return Json::object({{"kty", "RSA"}, {"n", n}, {"e", e}});
}
Json okp(std::string_view x) {
  return Json::object({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", x}});
}

// RFC 7638 §3.1; RFC 8037 A.3.
TEST(Thumbprint, published_examples) {
  EXPECT_EQ(PublicKey::parse(rsa(kThumbN, "AQAB"))->thumbprint(),
            "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
  EXPECT_EQ(PublicKey::parse(okp(kEdX))->thumbprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
}

// RFC 7638 §3.2: other members do not change it.
TEST(Thumbprint, is_of_the_key_alone) {
  Json jwk = okp(kEdX);
  jwk.set("kid", "x").set("use", "sig").set("alg", "EdDSA");
  EXPECT_EQ(PublicKey::parse(jwk)->thumbprint(), PublicKey::parse(okp(kEdX))->thumbprint());
}

std::string modulus(std::size_t bytes, std::uint8_t first = 0xc1, std::uint8_t last = 0x01) {
  Bytes number(bytes, 0x5a);
  number.front() = first;
  number.back() = last;
  return base64url_encode(number);
}

std::string point(const char* hex) {
  return base64url_encode(*hex_decode(hex));
}

struct Refused {
  const char* why;  // citation
  Json jwk;
  KeyProblem problem;
};

void expect_refused(std::span<const Refused> rows) {
  for (const Refused& row : rows) {
    const auto key = PublicKey::parse(row.jwk);
    ASSERT_FALSE(key) << row.why;
    EXPECT_EQ(key.error().problem, row.problem) << row.why << ": " << key.error().reason;
  }
}

TEST(JwkParse, a_key_that_is_malformed_or_not_on_offer_is_refused) {
  const std::string x = kEs256X;
  const std::string y = kEs256Y;
  Json other_curve = ec(x, y);
  other_curve.set("crv", "P-384");
  Json curve_of_bitcoin = ec(x, y);
  curve_of_bitcoin.set("crv", "secp256k1");
  Json x25519 = okp(kEdX);
  x25519.set("crv", "X25519");
  const Refused rows[] = {
      {"no object", Json("x"), KeyProblem::malformed},
      {"no kty", Json::object(), KeyProblem::malformed},
      {"kty of another type", Json::object({{"kty", 1}}), KeyProblem::malformed},
      {"JW-02: symmetric", Json::object({{"kty", "oct"}, {"k", "AAAA"}}), KeyProblem::unsupported},
      {"RFC 7517 §4.1: kty is case-sensitive", Json::object({{"kty", "ec"}}),
       KeyProblem::unsupported},
      {"JW-11: another curve", other_curve, KeyProblem::unsupported},
      {"JW-11: another curve", curve_of_bitcoin, KeyProblem::unsupported},
      {"RFC 8037 §2: X25519 does not sign", x25519, KeyProblem::unsupported},
      {"no crv", Json::object({{"kty", "EC"}, {"x", x}, {"y", y}}), KeyProblem::malformed},
      {"no y", Json::object({{"kty", "EC"}, {"crv", "P-256"}, {"x", x}}), KeyProblem::malformed},
      {"RFC 7518 §6.2.1.2: short", ec(x.substr(0, 40), y), KeyProblem::malformed},
      {"RFC 7518 §6.2.1.2: a zero in front", ec("AA" + x, y), KeyProblem::malformed},
      {"JW-09: padding", ec(x + "=", y), KeyProblem::malformed},
      {"JW-09: trailing bits", ec(x.substr(0, 42) + "V", y), KeyProblem::malformed},
      {"empty", ec("", y), KeyProblem::malformed},
      {"RFC 7518 §2: leading zero", rsa("AA" + modulus(256), "AQAB"), KeyProblem::malformed},
      {"RFC 7518 §2: leading zero", rsa(kThumbN, "AAEAAQ"), KeyProblem::malformed},
      {"exponent zero", rsa(kThumbN, "AA"), KeyProblem::malformed},
      {"no n", Json::object({{"kty", "RSA"}, {"e", "AQAB"}}), KeyProblem::malformed},
      {"Ed25519 short", okp(std::string_view(kEdX).substr(0, 40)), KeyProblem::malformed},
  };
  expect_refused(rows);
}

// JW-11.
TEST(JwkParse, a_weak_key_is_refused) {
  const Refused rows[] = {
      {"off the curve", ec(kEs256Y, kEs256X), KeyProblem::weak},
      {"off the curve", ec(modulus(32), kEs256Y), KeyProblem::weak},
      {"zero coordinates", ec(base64url_encode(Bytes(32)), base64url_encode(Bytes(32))),
       KeyProblem::weak},
      {"coordinates above p", ec(base64url_encode(Bytes(32, 0xff)), kEs256Y), KeyProblem::weak},
      {"RFC 7518 §3.3: RSA 512", rsa(modulus(64), "AQAB"), KeyProblem::weak},
      {"RFC 7518 §3.3: RSA 1024", rsa(modulus(128), "AQAB"), KeyProblem::weak},
      {"RFC 7518 §3.3: RSA 2047", rsa(modulus(256, 0x7f), "AQAB"), KeyProblem::weak},
      {"CWE-400: RSA 8200", rsa(modulus(1025), "AQAB"), KeyProblem::weak},
      {"even modulus", rsa(modulus(256, 0xc1, 0x02), "AQAB"), KeyProblem::weak},
      {"e = 1", rsa(kThumbN, "AQ"), KeyProblem::weak},
      {"e = 2", rsa(kThumbN, "Ag"), KeyProblem::weak},
      {"CWE-400: a long exponent", rsa(kThumbN, modulus(256)), KeyProblem::weak},
  };
  expect_refused(rows);
}

// JW-11: the points of low order of curve25519 and their spellings that are not canonical.
TEST(JwkParse, an_ed25519_point_of_low_order_is_refused) {
  for (const char* hex : {"0000000000000000000000000000000000000000000000000000000000000000",
                          "0000000000000000000000000000000000000000000000000000000000000080",
                          "0100000000000000000000000000000000000000000000000000000000000000",
                          "0100000000000000000000000000000000000000000000000000000000000080",
                          "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
                          "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
                          "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa"}) {
    const auto key = PublicKey::parse(okp(point(hex)));
    ASSERT_FALSE(key) << hex;
    EXPECT_EQ(key.error().problem, KeyProblem::weak) << hex;
  }
}

TEST(PrivateKeys, come_back_from_pkcs8_and_sign_for_the_same_public_key) {
  for (const Algorithm algorithm : kAll) {
    const PrivateKey& key = example_key(algorithm);
    const auto again = PrivateKey::from_pkcs8(key.to_pkcs8());
    ASSERT_TRUE(again) << again.error().reason;
    EXPECT_EQ(again->public_key().thumbprint(), key.public_key().thumbprint());
    EXPECT_TRUE(key.public_key().verify(algorithm, "text", again->sign(algorithm, "text")));
    EXPECT_FALSE(key.public_key().verify(algorithm, "texT", again->sign(algorithm, "text")));
  }
}

TEST(PrivateKeys, two_made_in_a_row_differ) {
  for (const Algorithm algorithm : {Algorithm::es256, Algorithm::eddsa}) {
    EXPECT_NE(PrivateKey::generate(algorithm).public_key().thumbprint(),
              PrivateKey::generate(algorithm).public_key().thumbprint());
  }
}

Secret pkcs8_of(EVP_PKEY* key) {
  PKCS8_PRIV_KEY_INFO* const info = EVP_PKEY2PKCS8(key);
  Bytes der(static_cast<std::size_t>(i2d_PKCS8_PRIV_KEY_INFO(info, nullptr)));
  std::uint8_t* at = der.data();
  i2d_PKCS8_PRIV_KEY_INFO(info, &at);
  PKCS8_PRIV_KEY_INFO_free(info);
  EVP_PKEY_free(key);
  return Secret(ByteView(der));
}

KeyProblem problem_of(const Secret& der) {
  const auto key = PrivateKey::from_pkcs8(der);
  EXPECT_FALSE(key);
  return key ? KeyProblem{-1} : key.error().problem;
}

TEST(PrivateKeys, der_that_is_not_exactly_a_key_is_malformed) {
  const Secret der = example_key(Algorithm::es256).to_pkcs8();
  Bytes longer(der.reveal().begin(), der.reveal().end());
  longer.push_back(0);
  EXPECT_EQ(problem_of(Secret()), KeyProblem::malformed);
  EXPECT_EQ(problem_of(Secret(std::string_view("-----BEGIN PRIVATE KEY-----"))),
            KeyProblem::malformed);
  EXPECT_EQ(problem_of(Secret(ByteView(longer))), KeyProblem::malformed);
  EXPECT_EQ(problem_of(Secret(der.reveal().first(der.size() - 1))), KeyProblem::malformed);
}

// JW-11.
TEST(PrivateKeys, what_is_weak_or_not_on_offer_is_refused) {
  EXPECT_EQ(problem_of(pkcs8_of(EVP_EC_gen("P-384"))), KeyProblem::unsupported);
  EXPECT_EQ(problem_of(pkcs8_of(EVP_EC_gen("secp256k1"))), KeyProblem::unsupported);
  EXPECT_EQ(problem_of(pkcs8_of(EVP_PKEY_Q_keygen(nullptr, nullptr, "X25519"))),
            KeyProblem::unsupported);
  EXPECT_EQ(problem_of(pkcs8_of(EVP_RSA_gen(1024))), KeyProblem::weak);
}

TEST(PrivateKeys, halves_of_two_keys_are_refused) {
  constexpr std::size_t kPointBytes = 64;  // the public point ends the DER of an EC key
  const Secret ours = PrivateKey::generate(Algorithm::es256).to_pkcs8();
  const Secret other = PrivateKey::generate(Algorithm::es256).to_pkcs8();
  Bytes mixed(ours.reveal().begin(), ours.reveal().end());
  ASSERT_EQ(ours.size(), other.size());
  std::copy_n(other.reveal().last(kPointBytes).begin(), kPointBytes,
              mixed.end() - static_cast<std::ptrdiff_t>(kPointBytes));
  EXPECT_EQ(problem_of(Secret(ByteView(mixed))), KeyProblem::malformed);
}

// JW-13, RFC 7517 §9.2.
TEST(PublicJwk, names_the_public_members_only) {
  const std::pair<Algorithm, std::vector<std::string>> rows[] = {
      {Algorithm::es256, {"crv", "kty", "x", "y", "kid", "alg", "use"}},
      {Algorithm::rs256, {"e", "kty", "n", "kid", "alg", "use"}},
      {Algorithm::ps256, {"e", "kty", "n", "kid", "alg", "use"}},
      {Algorithm::eddsa, {"crv", "kty", "x", "kid", "alg", "use"}}};
  for (const auto& [algorithm, wanted] : rows) {
    const PublicKey key = example_key(algorithm).public_key();
    const Json jwk = public_jwk(key, "k1", algorithm);
    std::vector<std::string> names;
    for (const auto& [name, value] : *jwk.as_object()) names.push_back(name);
    EXPECT_EQ(names, wanted);
    EXPECT_EQ(*jwk.find_string("alg"), name_of(algorithm));
    EXPECT_EQ(*jwk.find_string("kid"), "k1");
    EXPECT_EQ(PublicKey::parse(jwk)->thumbprint(), key.thumbprint());
  }
}

// RFC 7515 §4.1.1: case-sensitive.
TEST(Algorithms, are_known_by_their_exact_names) {
  for (const Algorithm algorithm : kAll) {
    EXPECT_EQ(algorithm_named(name_of(algorithm)), algorithm);
    EXPECT_EQ(algorithm_as_written(name_of(algorithm)), algorithm);
  }
  EXPECT_EQ(algorithm_as_written("Ed25519"), Algorithm::eddsa) << "RFC 9864 §2.2";
  for (const char* name : {"", "none", "HS256", "es256", "ES256 ", "ES384", "RS1", "Ed25519"}) {
    EXPECT_FALSE(algorithm_named(name)) << name;
  }
}

TEST(PublicKeys, an_algorithm_of_another_key_type_verifies_nothing) {
  for (const Algorithm algorithm : kAll) {
    const Bytes signature = example_key(algorithm).sign(algorithm, "text");
    for (const Algorithm other : kAll) {
      const bool is_own = other == algorithm;
      EXPECT_EQ(example_key(algorithm).public_key().verify(other, "text", signature), is_own);
      EXPECT_EQ(example_key(other).public_key().verify(algorithm, "text", signature), is_own);
    }
  }
}

TEST(PrivateKeysDeathTest, signing_by_an_algorithm_that_does_not_fit_ends_the_process) {
  EXPECT_DEATH((void)example_key(Algorithm::eddsa).sign(Algorithm::es256, "x"), "invariant broken");
}

}  // namespace
}  // namespace grantd::jose
