// Tokens that others signed are verified, and where signing is deterministic, made again.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "grantd/base/encoding.h"
#include "grantd/jose/jws.h"
#include "tests/jose/example_keys.h"
#include "tests/jose/vectors.h"

namespace grantd::jose {
namespace {

using namespace vectors;

KeySet set_of(Json jwk) {
  return *KeySet::from_json(Json::object({{"keys", Json::array({jwk})}}));
}

Json rsa(const char* n) {
  return Json::object({{"kty", "RSA"}, {"n", n}, {"e", "AQAB"}});
}

constexpr std::string_view kJoe =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

struct Vector {
  const char* source;
  Json jwk;
  const char* token;
  Algorithm algorithm;
  std::string payload;
};

TEST(JwsVectors, published_tokens_are_verified) {
  Json bilbo = rsa(kBilboN);
  bilbo.set("kid", "bilbo.baggins@hobbiton.example").set("use", "sig");
  const Vector rows[] = {
      {"RFC 7515 A.3",
       Json::object({{"kty", "EC"}, {"crv", "P-256"}, {"x", kEs256X}, {"y", kEs256Y}}), kEs256Token,
       Algorithm::es256, std::string(kJoe)},
      {"RFC 7515 A.2", rsa(kRs256N), kRs256Token, Algorithm::rs256, std::string(kJoe)},
      {"RFC 7520 §4.1", bilbo, kBilboToken, Algorithm::rs256,
       "It\xe2\x80\x99s a dangerous business, Frodo, going out your door. You step onto the road, "
       "and if you don't keep your feet, there\xe2\x80\x99s no knowing where you might be swept "
       "off to."},
      {"RFC 8037 A.5", Json::object({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", kEdX}}), kEdToken,
       Algorithm::eddsa, "Example of Ed25519 signing"},
      {"RFC 7518 §3.5", rsa(kElsewhereN), kPs256Token, Algorithm::ps256, "signed elsewhere"},
  };
  for (const Vector& row : rows) {
    const Algorithm allowed[] = {row.algorithm};
    const auto verified = verify_compact(row.token, set_of(row.jwk), allowed);
    ASSERT_TRUE(verified) << row.source << ": " << verified.error().reason;
    EXPECT_EQ(verified->payload, row.payload) << row.source;
    EXPECT_EQ(verified->algorithm, row.algorithm) << row.source;

    std::string changed = row.token;
    changed[changed.find('.') + 3] = changed[changed.find('.') + 3] == 'A' ? 'B' : 'A';
    const auto refused = verify_compact(changed, set_of(row.jwk), allowed);
    ASSERT_FALSE(refused) << row.source;
    EXPECT_EQ(refused.error().problem, JwsProblem::signature) << row.source;
  }
}

// RFC 7518 §3.5: the salt is as long as the hash.
TEST(JwsVectors, a_ps256_signature_with_another_salt_length_is_refused) {
  const auto refused = verify_compact(kPs256NoSaltToken, set_of(rsa(kElsewhereN)), kAll);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().problem, JwsProblem::signature);
}

// RFC 8037 A.4: Ed25519 is deterministic, so ours must be the published token.
TEST(JwsVectors, the_rfc_8037_token_is_signed_again) {
  // RFC 8410 §7: the PKCS#8 frame of an Ed25519 key.
  Bytes der = *hex_decode("302e020100300506032b657004220420");
  const Bytes seed = *base64url_decode(kEdD);
  der.insert(der.end(), seed.begin(), seed.end());
  const auto key = PrivateKey::from_pkcs8(Secret(ByteView(der)));
  ASSERT_TRUE(key) << key.error().reason;
  EXPECT_EQ(sign_compact(*key, Algorithm::eddsa, Json::object(), "Example of Ed25519 signing"),
            kEdToken);
}

TEST(JwsRoundTrip, every_algorithm_verifies_what_it_signed) {
  const KeySet keys = example_set();
  for (const Algorithm algorithm : kAll) {
    for (const std::string& payload : {std::string(), std::string("{}"), std::string(8000, '\0')}) {
      const std::string token =
          sign_compact(example_key(algorithm), algorithm,
                       Json::object({{"typ", "at+jwt"}, {"kid", name_of(algorithm)}}), payload);
      const auto verified = verify_compact(token, keys, kAll);
      ASSERT_TRUE(verified) << verified.error().reason;
      EXPECT_EQ(verified->payload, payload);
      EXPECT_EQ(verified->algorithm, algorithm);
      EXPECT_EQ(verified->kid, name_of(algorithm));
      EXPECT_EQ(*verified->header.find_string("typ"), "at+jwt");
    }
  }
}

TEST(JwsRoundTrip, the_header_names_the_algorithm_that_signed_whatever_the_caller_said) {
  const std::string token = sign_compact(example_key(Algorithm::es256), Algorithm::es256,
                                         Json::object({{"alg", "none"}, {"kid", "ES256"}}), "x");
  EXPECT_EQ(split_compact(token)->header.dump(), R"({"alg":"ES256","kid":"ES256"})");
}

// RFC 7518 §3.4: always 64 octets, also where r or s is short (one in 128 signatures).
TEST(JwsRoundTrip, an_es256_signature_always_has_64_bytes) {
  for (int i = 0; i < 600; ++i) {
    EXPECT_EQ(example_key(Algorithm::es256).sign(Algorithm::es256, std::to_string(i)).size(), 64U);
  }
}

TEST(JwsRoundTrip, one_key_signs_and_verifies_on_many_threads) {
  const KeySet keys = example_set();
  std::atomic<int> bad = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 40; ++i) {
        const Algorithm algorithm = kAll[i % 4];
        const std::string token =
            sign_compact(example_key(algorithm), algorithm,
                         Json::object({{"kid", name_of(algorithm)}}), std::to_string(i));
        if (!verify_compact(token, keys, kAll)) ++bad;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(bad, 0);
}

}  // namespace
}  // namespace grantd::jose
