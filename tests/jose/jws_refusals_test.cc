// What an attacker, or a sloppy implementation, may send.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/jose/jws.h"
#include "tests/jose/example_keys.h"

namespace grantd::jose {
namespace {

constexpr Algorithm kEs256Only[] = {Algorithm::es256};

std::string coded(std::string_view text) {
  return base64url_encode(as_bytes(text));
}

// A token with exactly this header, signed by the key ES256 (kid "ES256").
std::string forge(std::string_view header, std::string_view payload = "{}") {
  const std::string input = coded(header) + '.' + coded(payload);
  const Bytes signature = example_key(Algorithm::es256).sign(Algorithm::es256, input);
  return input + '.' + base64url_encode(signature);
}

const std::string& honest() {
  static const std::string token = forge(R"({"alg":"ES256","kid":"ES256"})");
  return token;
}

std::string with_signature(ByteView signature) {
  return honest().substr(0, honest().rfind('.') + 1) + base64url_encode(signature);
}

struct Refused {
  const char* why;  // citation
  std::string token;
  JwsProblem problem;
};

void expect_refused(std::span<const Refused> rows) {
  const KeySet keys = example_set();
  for (const Refused& row : rows) {
    const auto verified = verify_compact(row.token, keys, kEs256Only);
    ASSERT_FALSE(verified) << row.why << ": " << row.token.substr(0, 200);
    EXPECT_EQ(verified.error().problem, row.problem) << row.why << ": " << verified.error().reason;
    EXPECT_TRUE(is_ascii_printable(verified.error().reason)) << row.why;
  }
}

TEST(JwsRefusals, the_honest_token_is_good) {
  const auto verified = verify_compact(honest(), example_set(), kEs256Only);
  ASSERT_TRUE(verified) << verified.error().reason;
  EXPECT_EQ(verified->payload, "{}");
}

TEST(JwsRefusals, the_token_does_not_choose_its_algorithm) {
  std::vector<Refused> rows;
  // JW-01, RFC 8725 §2.1.
  for (const char* name :
       {"none", "None", "nONE", "NONE", "", "es256", "ES256 ", "ES384", "HS512"}) {
    const std::string header = std::string(R"({"kid":"ES256","alg":")") + name + "\"}";
    rows.push_back({"JW-01", forge(header), JwsProblem::algorithm});
    rows.push_back({"JW-01", coded(header) + "." + coded("{}") + ".", JwsProblem::algorithm});
  }
  // JW-02: HMAC keyed with what everybody knows, the public key.
  const std::string input = coded(R"({"alg":"HS256","kid":"ES256"})") + "." + coded("{}");
  const std::string jwk = example_key(Algorithm::es256).public_key().members().dump();
  rows.push_back({"JW-02",
                  input + "." + base64url_encode(hmac_sha256(as_bytes(jwk), as_bytes(input))),
                  JwsProblem::algorithm});
  rows.push_back({"RFC 7515 §4.1.1: no alg", forge(R"({"kid":"ES256"})"), JwsProblem::algorithm});
  rows.push_back({"alg of another type", forge(R"({"alg":256})"), JwsProblem::algorithm});
  rows.push_back({"alg of another type", forge(R"({"alg":["ES256"]})"), JwsProblem::algorithm});
  rows.push_back({"RFC 8725 §3.1: good, but not allowed here",
                  sign_compact(example_key(Algorithm::eddsa), Algorithm::eddsa,
                               Json::object({{"kid", "EdDSA"}}), "{}"),
                  JwsProblem::algorithm});
  rows.push_back({"JW-01: empty signature", with_signature({}), JwsProblem::signature});
  expect_refused(rows);
}

// RFC 8725 §3.2: one key, one algorithm.
TEST(JwsRefusals, a_key_is_used_for_its_own_algorithm_only) {
  const std::string token = sign_compact(example_key(Algorithm::rs256), Algorithm::ps256,
                                         Json::object({{"kid", "RS256"}}), "{}");
  const auto verified = verify_compact(token, example_set(), kAll);
  ASSERT_FALSE(verified);
  EXPECT_EQ(verified.error().problem, JwsProblem::wrong_key);
  const Refused rows[] = {{"alg of another key type", forge(R"({"alg":"ES256","kid":"RS256"})"),
                           JwsProblem::wrong_key}};
  expect_refused(rows);
}

// JW-03.
TEST(JwsRefusals, keys_that_the_token_brings_are_not_looked_at) {
  const PrivateKey attacker = PrivateKey::generate(Algorithm::es256);
  const Json jwk = public_jwk(attacker.public_key(), "ES256", Algorithm::es256);
  Json header = Json::object({{"kid", "ES256"}, {"jwk", jwk}, {"jku", "https://attacker.example"}});
  header.set("x5u", "https://attacker.example").set("x5c", Json::array({"AAAA"}));
  const Refused rows[] = {
      {"JW-03", sign_compact(attacker, Algorithm::es256, header, "{}"), JwsProblem::signature}};
  expect_refused(rows);
  // Signed by the right key they do no harm: ignored, as RFC 7515 §4.1.2 to §4.1.6 allow.
  const std::string ours =
      sign_compact(example_key(Algorithm::es256), Algorithm::es256, header, "");
  EXPECT_TRUE(verify_compact(ours, example_set(), kEs256Only));
}

TEST(JwsRefusals, the_kid_must_name_a_known_key) {
  const Refused rows[] = {
      {"JW-04", forge(R"({"alg":"ES256","kid":"other"})"), JwsProblem::unknown_key},
      {"empty", forge(R"({"alg":"ES256","kid":""})"), JwsProblem::unknown_key},
      {"injection", forge(R"({"alg":"ES256","kid":"../../dev/null\r\n"})"),
       JwsProblem::unknown_key},
      {"of another type", forge(R"({"alg":"ES256","kid":5})"), JwsProblem::malformed},
      {"null", forge(R"({"alg":"ES256","kid":null})"), JwsProblem::malformed},
  };
  expect_refused(rows);
}

// RFC 7515 §6: without a kid the key must be beyond doubt.
TEST(JwsRefusals, without_kid_only_a_single_fitting_key_is_used) {
  const std::string token = forge(R"({"alg":"ES256"})");
  const auto verified = verify_compact(token, example_set(), kEs256Only);
  ASSERT_TRUE(verified) << verified.error().reason;
  KeySet two = example_set();
  two.add({"second", PrivateKey::generate(Algorithm::es256).public_key(), std::nullopt});
  EXPECT_EQ(verify_compact(token, two, kEs256Only).error().problem, JwsProblem::unknown_key);
  EXPECT_EQ(verify_compact(token, KeySet(), kEs256Only).error().problem, JwsProblem::unknown_key);
}

// JW-08: RFC 7515 §4.1.11, RFC 7797 §3, §6.
TEST(JwsRefusals, extensions_are_refused) {
  const Refused rows[] = {
      {"JW-08", forge(R"({"alg":"ES256","kid":"ES256","crit":["exp"],"exp":1})"),
       JwsProblem::extension},
      {"JW-08", forge(R"({"alg":"ES256","kid":"ES256","crit":[]})"), JwsProblem::extension},
      {"JW-08", forge(R"({"alg":"ES256","kid":"ES256","crit":null})"), JwsProblem::extension},
      {"JW-08", forge(R"({"alg":"ES256","kid":"ES256","b64":false,"crit":["b64"]})"),
       JwsProblem::extension},
      {"JW-08", forge(R"({"alg":"ES256","kid":"ES256","b64":false})"), JwsProblem::extension},
      {"JW-08", forge(R"({"alg":"ES256","kid":"ES256","b64":true})"), JwsProblem::extension},
  };
  expect_refused(rows);
}

// JW-09: RFC 7515 §2, §3.1, §7.1.
TEST(JwsRefusals, only_the_canonical_compact_form_is_read) {
  const std::vector<std::string_view> part = split(honest(), '.');
  const std::string h(part[0]);
  const std::string p(part[1]);
  const std::string s(part[2]);
  const auto other_last = [](std::string text) {  // the same bytes, other trailing bits
    text.back() = static_cast<char>(text.back() + 1);
    return text;
  };
  const std::string loose = coded("{}x");  // 4 characters, no spare bits; "{}" has spare bits
  const Refused rows[] = {
      {"empty", "", JwsProblem::malformed},
      {"dots only", "..", JwsProblem::malformed},
      {"1 part", h, JwsProblem::malformed},
      {"2 parts", h + "." + p, JwsProblem::malformed},
      {"4 parts", honest() + ".", JwsProblem::malformed},
      {"JWE: 5 parts", honest() + ".AAAA.AAAA", JwsProblem::malformed},
      {"in front", "." + honest(), JwsProblem::malformed},
      {"padding", h + "." + p + "=." + s, JwsProblem::malformed},
      {"padding", h + "=." + p + "." + s, JwsProblem::malformed},
      {"padding", honest() + "==", JwsProblem::malformed},
      {"trailing bits", h + "." + other_last(p) + "." + s, JwsProblem::malformed},
      {"trailing bits", h + "." + p + "." + other_last(s), JwsProblem::malformed},
      {"+/", h + ".+/8." + s, JwsProblem::malformed},
      {"blank in front", " " + honest(), JwsProblem::malformed},
      {"newline behind", honest() + "\n", JwsProblem::malformed},
      {"JSON, flattened",
       R"({"protected":")" + h + R"(","payload":")" + p + R"(","signature":")" + s + "\"}",
       JwsProblem::malformed},
      {"JSON with dots", R"({"a":"."})" + honest(), JwsProblem::malformed},
      {"another payload", h + "." + loose + "." + s, JwsProblem::signature},
  };
  expect_refused(rows);
}

// JW-10: RFC 7515 §4, RFC 8725 §2.4.
TEST(JwsRefusals, the_header_is_one_strict_json_object) {
  const Refused rows[] = {
      {"JW-10", forge(R"({"alg":"none","alg":"ES256","kid":"ES256"})"), JwsProblem::malformed},
      {"JW-10", forge(R"({"alg":"ES256","kid":"x","kid":"ES256"})"), JwsProblem::malformed},
      {"JW-10", forge(R"({"alg":"ES256","\u0061lg":"ES256","kid":"ES256"})"),
       JwsProblem::malformed},
      {"array", forge(R"(["ES256"])"), JwsProblem::malformed},
      {"text", forge(R"("ES256")"), JwsProblem::malformed},
      {"null", forge("null"), JwsProblem::malformed},
      {"empty", "." + coded("{}") + ".AAAA", JwsProblem::malformed},
      {"text behind", forge(R"({"alg":"ES256","kid":"ES256"}{})"), JwsProblem::malformed},
      {"bad UTF-8", forge("{\"alg\":\"ES256\",\"kid\":\"ES256\",\"x\":\"\xff\"}"),
       JwsProblem::malformed},
      {"nesting",
       forge(R"({"alg":"ES256","kid":"ES256","x":)" + std::string(40, '[') + std::string(40, ']') +
             "}"),
       JwsProblem::malformed},
  };
  expect_refused(rows);
}

TEST(JwsRefusals, a_token_beyond_16_kib_is_not_looked_at) {
  const Refused rows[] = {
      {"CWE-400", forge(R"({"alg":"ES256","kid":"ES256"})", std::string(12400, 'x')),
       JwsProblem::too_long},
      {"CWE-400", std::string(5 << 20, '.'), JwsProblem::too_long},
  };
  expect_refused(rows);
}

Bytes der_of(const Bytes& raw) {
  ECDSA_SIG* const numbers = ECDSA_SIG_new();
  ECDSA_SIG_set0(numbers, BN_bin2bn(raw.data(), 32, nullptr), BN_bin2bn(&raw[32], 32, nullptr));
  Bytes der(static_cast<std::size_t>(i2d_ECDSA_SIG(numbers, nullptr)));
  std::uint8_t* at = der.data();
  i2d_ECDSA_SIG(numbers, &at);
  ECDSA_SIG_free(numbers);
  return der;
}

// JW-11: CVE-2022-21449 (r = s = 0), Wycheproof's classes; RFC 7518 §3.4.
TEST(JwsRefusals, an_es256_signature_is_two_numbers_in_range_of_32_bytes) {
  const Bytes order =
      *hex_decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const Bytes good = split_compact(honest())->signature;
  ASSERT_EQ(good.size(), 64U);
  const auto joined = [](ByteView r, ByteView s) {
    Bytes out(r.begin(), r.end());
    out.insert(out.end(), s.begin(), s.end());
    return out;
  };
  const ByteView r = ByteView(good).first(32);
  const ByteView s = ByteView(good).last(32);
  const Bytes zero(32);
  Bytes longer = good;
  longer.push_back(0);
  Bytes padded = joined(Bytes(1), r);
  padded.push_back(0);
  padded.insert(padded.end(), s.begin(), s.end());
  const Refused rows[] = {
      {"r = s = 0", with_signature(Bytes(64)), JwsProblem::signature},
      {"r = 0", with_signature(joined(zero, s)), JwsProblem::signature},
      {"s = 0", with_signature(joined(r, zero)), JwsProblem::signature},
      {"r = n", with_signature(joined(order, s)), JwsProblem::signature},
      {"s = n", with_signature(joined(r, order)), JwsProblem::signature},
      {"r = s = n", with_signature(joined(order, order)), JwsProblem::signature},
      {"all ones", with_signature(Bytes(64, 0xff)), JwsProblem::signature},
      {"r and s exchanged", with_signature(joined(s, r)), JwsProblem::signature},
      {"DER", with_signature(der_of(good)), JwsProblem::signature},
      {"short", with_signature(ByteView(good).first(63)), JwsProblem::signature},
      {"long", with_signature(longer), JwsProblem::signature},
      {"33 bytes each", with_signature(padded), JwsProblem::signature},
      {"half", with_signature(r), JwsProblem::signature},
  };
  expect_refused(rows);
}

TEST(JwsRefusals, one_flipped_bit_is_refused_for_every_algorithm) {
  const KeySet keys = example_set();
  for (const Algorithm algorithm : kAll) {
    const std::string token = sign_compact(example_key(algorithm), algorithm,
                                           Json::object({{"kid", name_of(algorithm)}}), "payload");
    const UnverifiedJws parts = *split_compact(token);
    for (const std::size_t at :
         {std::size_t{0}, parts.signature.size() / 2, parts.signature.size() - 1}) {
      Bytes changed = parts.signature;
      changed[at] ^= 1;
      const auto verified = verify_compact(
          std::string(parts.signing_input) + '.' + base64url_encode(changed), keys, kAll);
      ASSERT_FALSE(verified) << name_of(algorithm) << " byte " << at;
      EXPECT_EQ(verified.error().problem, JwsProblem::signature);
    }
  }
}

}  // namespace
}  // namespace grantd::jose
