// Tokens as attackers and sloppy libraries make them: the RFCs' own examples, the classes of
// Wycheproof's JWS and signature vectors, the threats of RFC 8725 §2. Each row says where it is
// from.
#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/guard/check_token.h"
#include "grantd/jose/jwt.h"

namespace grantd::guard {
namespace {

using jose::Algorithm;

const Time kNow = from_seconds(1'800'000'000);
constexpr std::string_view kClaims =
    R"({"iss":"https://auth.example","sub":"u","aud":"https://api.example","client_id":"app",)"
    R"("jti":"i","iat":1799999990,"exp":1800000900})";

std::string coded(std::string_view text) {
  return base64url_encode(as_bytes(text));
}

// One key of each type; of RSA without `alg` in its JWK, as many issuers publish them.
struct Keys {
  jose::PrivateKey ec = jose::PrivateKey::generate(Algorithm::es256);
  jose::PrivateKey rsa = jose::PrivateKey::generate(Algorithm::rs256);
  jose::PrivateKey ed = jose::PrivateKey::generate(Algorithm::eddsa);
  jose::KeySet set;
  Keys() {
    set.add({"ec", ec.public_key(), Algorithm::es256});
    set.add({"rsa", rsa.public_key(), std::nullopt});
    set.add({"ed", ed.public_key(), Algorithm::eddsa});
  }
};
const Keys& keys() {
  static const Keys made;
  return made;
}

Policy policy() {
  return {.issuer = oauth::Issuer("https://auth.example"),
          .audience = oauth::Audience("https://api.example")};
}

std::string header(std::string_view alg, std::string_view kid, std::string_view more = "") {
  return std::string(R"({"alg":")")
      .append(alg)
      .append(R"(","typ":"at+jwt","kid":")")
      .append(kid)
      .append("\"")
      .append(more)
      .append("}");
}

// Header and payload as they stand, with a genuine ES256 signature.
std::string signed_raw(std::string_view head, std::string_view payload = kClaims) {
  const std::string input = coded(head) + "." + coded(payload);
  return input + "." + base64url_encode(keys().ec.sign(Algorithm::es256, input));
}

// A token of that header with this signature.
std::string with_signature(std::string_view head, ByteView signature) {
  return coded(head) + "." + coded(kClaims) + "." + base64url_encode(signature);
}

Bytes joined(std::string_view front, ByteView back) {
  Bytes out(front.begin(), front.end());
  out.insert(out.end(), back.begin(), back.end());
  return out;
}

struct Row {
  const char* source;
  std::string token;
};

void expect_refused(const std::vector<Row>& rows) {
  for (const Row& row : rows) {
    const auto checked = check_token(row.token, keys().set, policy(), kNow);
    ASSERT_FALSE(checked.has_value()) << row.source << ": " << row.token.substr(0, 120);
    EXPECT_EQ(checked.error().code, oauth::ErrorCode::invalid_token) << row.source;
    EXPECT_EQ(checked.error().status(), 401) << row.source;
    EXPECT_TRUE(is_ascii_printable(checked.error().reason)) << row.source;
    // What a prober reads is the same for all of them.
    EXPECT_EQ(challenge_for(checked.error(), ""),
              challenge_for(check_token("x", keys().set, policy(), kNow).error(), ""))
        << row.source;
  }
}

TEST(vectors, what_the_rows_are_made_of_is_good) {
  const auto by_ec = check_token(signed_raw(header("ES256", "ec")), keys().set, policy(), kNow);
  EXPECT_TRUE(by_ec.has_value()) << by_ec.error().reason;
  for (const auto& [alg, kid, key, algorithm] :
       {std::tuple{"RS256", "rsa", &keys().rsa, Algorithm::rs256},
        std::tuple{"PS256", "rsa", &keys().rsa, Algorithm::ps256},
        std::tuple{"EdDSA", "ed", &keys().ed, Algorithm::eddsa},
        std::tuple{"Ed25519", "ed", &keys().ed, Algorithm::eddsa}}) {
    const std::string input = coded(header(alg, kid)) + "." + coded(kClaims);
    const auto good = check_token(input + "." + base64url_encode(key->sign(algorithm, input)),
                                  keys().set, policy(), kNow);
    EXPECT_TRUE(good.has_value()) << alg << ": " << good.error().reason;
  }
}

// The RFCs' examples of what is no signature that an API may trust.
TEST(vectors, examples_of_the_rfcs_without_an_asymmetric_signature_are_refused) {
  const std::string joe =
      "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0"
      "cnVlfQ";
  const std::vector<Row> rows = {
      {"RFC 7515 §A.1: HS256", "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + joe +
                                  ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"},
      {"RFC 7515 §A.5, RFC 7519 §6.1: unsecured", "eyJhbGciOiJub25lIn0." + joe + "."},
      {"RFC 7515 §E: an extension that nobody knows",
       "eyJhbGciOiJub25lIiwNCiAiY3JpdCI6WyJodHRwOi8vZXhhbXBsZS5jb20vVU5ERUZJTkVEIl0sDQogImh0dHA6"
       "Ly9leGFtcGxlLmNvbS9VTkRFRklORUQiOnRydWUNCn0.RkFJTA."},
      {"RFC 7515 §A.6: JSON serialisation",
       R"({"payload":")" + joe + R"(","signatures":[{"protected":"eyJhbGciOiJFUzI1NiJ9"}]})"},
      {"RFC 7515 §F: detached content", coded(header("ES256", "ec")) + ".." + coded("x")},
      {"RFC 7516 §3.1: a JWE", "eyJhbGciOiJSU0EtT0FFUCJ9.AA.AA.AA.AA"},
  };
  expect_refused(rows);
}

// JW-01, JW-02, RFC 8725 §2.1, §3.1.
TEST(vectors, no_way_leads_to_an_algorithm_of_the_tokens_choice) {
  std::vector<Row> rows;
  for (const auto* alg : {"none", "NONE", "nOnE", "", " none", "HS256", "hs256", "ES256K", "ES384",
                          "ES512", "RS1", "RS384", "PS512", "Ed448", "dir", "ES256\\u0000"}) {
    rows.push_back({"RFC 8725 §2.1: a genuine signature under another name",
                    signed_raw(header(alg, "ec"))});
    rows.push_back({"RFC 8725 §2.1: and none", with_signature(header(alg, "ec"), {})});
  }
  // RFC 8725 §2.1: HMAC, keyed with each form in which the public key lies around.
  const auto numbers = keys().rsa.public_key().members();
  const Bytes modulus = base64url_decode(*numbers.find_string("n")).value();
  const std::vector<std::string> secrets = {
      numbers.dump(), *numbers.find_string("n"), std::string(as_text(modulus)), "", "rsa",
      jose::public_jwk(keys().rsa.public_key(), "rsa", Algorithm::rs256).dump(),
      keys().set.to_json().dump()};
  for (const std::string& secret : secrets) {
    const std::string input = coded(header("HS256", "rsa")) + "." + coded(kClaims);
    const auto mac = hmac_sha256(as_bytes(secret), as_bytes(input));
    rows.push_back({"RFC 8725 §2.1: key confusion", input + "." + base64url_encode(mac)});
  }
  for (const auto* raw :
       {R"({"typ":"at+jwt","kid":"ec"})", R"({"alg":null,"typ":"at+jwt","kid":"ec"})",
        R"({"alg":["ES256"],"typ":"at+jwt","kid":"ec"})",
        R"({"alg":{"ES256":1},"typ":"at+jwt","kid":"ec"})",
        R"({"ALG":"ES256","typ":"at+jwt","kid":"ec"})",
        R"({"alg":"none","alg":"ES256","typ":"at+jwt","kid":"ec"})",
        R"({"alg":"ES256","\u0061lg":"none","typ":"at+jwt","kid":"ec"})"}) {
    rows.push_back({"RFC 7515 §4.1.1, RFC 8725 §2.4: alg missing, of another type, twice",
                    signed_raw(raw)});
  }
  expect_refused(rows);
}

// RFC 8725 §2.2, §3.4, §3.5; Wycheproof: "wrong curve", "wrong key type".
TEST(vectors, a_key_serves_its_own_curve_and_type_alone) {
  std::vector<Row> rows;
  const auto crossed = [&](std::string_view alg, std::string_view kid, const jose::PrivateKey& by,
                           Algorithm algorithm) {
    const std::string input = coded(header(alg, kid)) + "." + coded(kClaims);
    rows.push_back({"RFC 7518 §3.1: alg and key of different types",
                    input + "." + base64url_encode(by.sign(algorithm, input))});
  };
  crossed("ES256", "rsa", keys().rsa, Algorithm::rs256);
  crossed("ES256", "ed", keys().ed, Algorithm::eddsa);
  crossed("EdDSA", "ec", keys().ec, Algorithm::es256);
  crossed("RS256", "ec", keys().ec, Algorithm::es256);
  // RFC 7518 §3.5: one padding is not the other, though the key is for both.
  crossed("PS256", "rsa", keys().rsa, Algorithm::rs256);
  crossed("RS256", "rsa", keys().rsa, Algorithm::ps256);
  expect_refused(rows);

  // P-384 and secp256k1 keys in the set are left out, and so name no key.
  for (const auto* curve : {"P-384", "P-521", "secp256k1"}) {
    auto jwk = jose::public_jwk(keys().ec.public_key(), "ec", Algorithm::es256);
    jwk.set("crv", curve);
    const auto set = jose::KeySet::from_json(Json::object({{"keys", Json::array({jwk})}}));
    ASSERT_TRUE(set.has_value());
    const auto checked = check_token(signed_raw(header("ES256", "ec")), *set, policy(), kNow);
    ASSERT_FALSE(checked.has_value()) << curve;
    EXPECT_TRUE(checked.error().unknown_key) << curve;
  }
}

// JW-03, RFC 8725 §2.9, §3.10; RFC 7515 §4.1.2 to §4.1.8.
TEST(vectors, what_the_header_brings_or_points_to_is_not_looked_at) {
  const auto attacker = jose::PrivateKey::generate(Algorithm::es256);
  const std::string jwk = jose::public_jwk(attacker.public_key(), "mine", Algorithm::es256).dump();
  std::vector<Row> rows;
  for (const std::string& more :
       {R"(,"jwk":)" + jwk, std::string(R"(,"jku":"https://attacker.example/jwks")"),
        std::string(R"(,"jku":"http://127.0.0.1:1/jwks")"),
        std::string(R"(,"x5u":"https://attacker.example/c.pem","x5t":"AAAA")"),
        std::string(R"(,"x5c":["MIIBAAAA"],"x5t#S256":"AAAA")")}) {
    for (const auto* kid : {"ec", "mine"}) {
      const std::string input = coded(header("ES256", kid, more)) + "." + coded(kClaims);
      rows.push_back({"JW-03",
                      input + "." + base64url_encode(attacker.sign(Algorithm::es256, input))});
    }
  }
  expect_refused(rows);
}

// RFC 8725 §2.7, §3.10: the kid is a name to compare, and nothing else.
TEST(vectors, a_kid_is_only_ever_compared) {
  std::vector<Row> rows;
  for (const std::string& kid :
       {std::string("../../../../dev/null"), std::string("/proc/sys/kernel/randomize_va_space"),
        std::string("x' UNION SELECT 'AAAA"), std::string("| /usr/bin/id"),
        std::string("https://attacker.example/key"), std::string("EC"), std::string("ec "),
        std::string("ec\\u0000"), std::string("\\u0000"), std::string("ec\\nset"),
        std::string("\\u202eec"), std::string(8000, 'k'), std::string()}) {
    rows.push_back({"RFC 8725 §3.10: kid", signed_raw(header("ES256", kid))});
  }
  for (const auto* raw : {R"({"alg":"ES256","typ":"at+jwt","kid":["ec"]})",
                          R"({"alg":"ES256","typ":"at+jwt","kid":0})",
                          R"({"alg":"ES256","typ":"at+jwt","kid":true})",
                          R"({"alg":"ES256","typ":"at+jwt","kid":{"k":"ec"}})",
                          R"({"alg":"ES256","typ":"at+jwt","kid":"x","kid":"ec"})"}) {
    rows.push_back({"RFC 7515 §4.1.4: kid of another type, or twice", signed_raw(raw)});
  }
  expect_refused(rows);
  // JW-12: a kid that the set has twice names nobody.
  const Json jwk = jose::public_jwk(keys().ec.public_key(), "ec", Algorithm::es256);
  const auto twins = jose::KeySet::from_json(Json::object({{"keys", Json::array({jwk, jwk})}}));
  ASSERT_TRUE(twins.has_value());
  EXPECT_FALSE(check_token(signed_raw(header("ES256", "ec")), *twins, policy(), kNow).has_value());
}

// JW-08, RFC 7515 §4.1.11, RFC 7797 §6, RFC 7516 §4.1.3.
TEST(vectors, extensions_are_never_passed_over) {
  std::vector<Row> rows;
  for (const auto* more : {R"(,"crit":["exp"],"exp":1)", R"(,"crit":["b64"],"b64":false)",
                           R"(,"crit":[])", R"(,"crit":"exp")", R"(,"crit":null)",
                           R"(,"crit":["alg"])", R"(,"b64":false)", R"(,"crit":["ppt"],"ppt":"x")",
                           R"(,"crit":["http://example.invalid/UNDEFINED"])"}) {
    rows.push_back({"JW-08", signed_raw(header("ES256", "ec", more))});
  }
  expect_refused(rows);
}

// JW-09, JW-10: RFC 7515 §2, RFC 8725 §2.4, RFC 8259 §4, CWE-674.
TEST(vectors, only_one_reading_of_the_text_is_possible) {
  const std::string head = header("ES256", "ec");
  const auto claims_with = [](std::string_view member) {
    return std::string(kClaims.substr(0, kClaims.size() - 1)).append(",").append(member) + "}";
  };
  std::vector<Row> rows = {
      {"RFC 8725 §2.4: a claim twice", signed_raw(head, claims_with(R"("sub":"admin")"))},
      {"RFC 8725 §2.4: twice, one escaped", signed_raw(head, claims_with(R"("\u0073ub":"admin")"))},
      {"RFC 8725 §2.4: twice, deeper down", signed_raw(head, claims_with(R"("x":{"a":1,"a":2})"))},
      {"CWE-158: NUL in a claim", signed_raw(head, claims_with(R"("x":"a\u0000b")"))},
      {"CWE-158: NUL in a name", signed_raw(head, claims_with(R"("x\u0000":1)"))},
      {"CWE-158: NUL behind the claims", signed_raw(head, std::string(kClaims) + '\0')},
      {"RFC 8259 §8.1: a byte order mark", signed_raw(head, "\xef\xbb\xbf" + std::string(kClaims))},
      {"RFC 8259 §8.1: no UTF-8", signed_raw(head, claims_with("\"x\":\"\xc3\x28\""))},
      {"RFC 8259 §8.2: half a surrogate pair", signed_raw(head, claims_with(R"("x":"\ud800")"))},
      {"RFC 8259 §6: a number beyond all", signed_raw(head, claims_with(R"("x":1e400)"))},
      {"RFC 8259 §6: beyond 64 bits", signed_raw(head, claims_with(R"("x":18446744073709551617)"))},
      {"RFC 8259 §2: something behind", signed_raw(head, std::string(kClaims) + "{}")},
      {"RFC 8259: a comment", signed_raw(head, "/**/" + std::string(kClaims))},
      {"CWE-674: 20 000 brackets", signed_raw(head, std::string(10'000, '['))},
      {"CWE-674: 40 levels", signed_raw(head, claims_with("\"x\":" + std::string(40, '[') +
                                                          std::string(40, ']')))},
      {"RFC 7519 §7.2: an array", signed_raw(head, "[]")},
      {"RFC 7519 §7.2: a text", signed_raw(head, "\"x\"")},
      {"RFC 7519 §7.2: nothing", signed_raw(head, "")},
      {"RFC 7519 §5.2: a JWT inside", signed_raw(header("ES256", "ec", R"(,"cty":"JWT")"),
                                                 signed_raw(head))},
      {"CWE-400: 1 MiB", signed_raw(head, claims_with("\"x\":\"" + std::string(1 << 20, 'x') +
                                                      "\""))},
      {"CWE-400: 1 MiB of dots", std::string(1 << 20, '.')},
  };
  const std::string good = signed_raw(head);
  for (const auto* blank : {" ", "\t", "\r\n", "%20", "=", "\xe2\x80\x8b"}) {
    rows.push_back({"RFC 7515 §2: white space or padding in front", blank + good});
    rows.push_back({"RFC 7515 §2: and behind", good + blank});
    rows.push_back({"RFC 7515 §2: and within", std::string(good).insert(good.find('.'), blank)});
  }
  expect_refused(rows);
}

// RFC 4648 §3.5: the bits that the last character has too many must be zero: one signature, one
// text.
TEST(vectors, every_other_spelling_of_the_last_character_is_refused) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const std::string good = signed_raw(header("ES256", "ec"));
  ASSERT_TRUE(check_token(good, keys().set, policy(), kNow).has_value());
  std::vector<Row> rows;
  for (const char c : kAlphabet) {
    if (c == good.back()) continue;
    rows.push_back({"RFC 4648 §3.5", good.substr(0, good.size() - 1) + c});
  }
  EXPECT_EQ(rows.size(), 63U);
  expect_refused(rows);
}

// JW-11, CVE-2022-21449; Wycheproof: ecdsa_secp256r1_sha256_p1363, eddsa, rsa_signature, rsa_pss.
TEST(vectors, degenerate_signatures_are_refused) {
  const std::string es = header("ES256", "ec");
  const Bytes good =
      keys().ec.sign(Algorithm::es256, coded(es) + "." + coded(kClaims));
  const Bytes order =
      *hex_decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const Bytes field =
      *hex_decode("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
  std::vector<Row> rows;
  const Bytes zero(32, 0);
  Bytes one(32, 0);
  one.back() = 1;
  const ByteView r = ByteView(good).first(32);
  const ByteView s = ByteView(good).last(32);
  const ByteView edges[] = {zero, one, order, field, r, s};
  for (const ByteView& first : edges) {
    for (const ByteView& second : edges) {
      const Bytes pair = joined(as_text(first), second);
      if (pair == good) continue;
      rows.push_back({"JW-11: r or s out of range, or of somebody else",
                      with_signature(es, pair)});
    }
  }
  for (const std::size_t size : {1, 31, 32, 33, 63}) {
    rows.push_back({"RFC 7518 §3.4: not 64 bytes", with_signature(es, ByteView(good).first(size))});
  }
  rows.push_back({"RFC 7518 §3.4: not 64 bytes", with_signature(es, joined("\x01", good))});
  rows.push_back({"RFC 7518 §3.4: DER", with_signature(es, joined("\x30\x44\x02\x20", good))});
  expect_refused(rows);
}

// RFC 8032 §5.1.7, §8.4: S below the group's order, so that a signature has no second form.
TEST(vectors, an_ed25519_signature_cannot_be_bent) {
  const std::string head = header("EdDSA", "ed");
  const Bytes good = keys().ed.sign(Algorithm::eddsa, coded(head) + "." + coded(kClaims));
  const Bytes order =
      *hex_decode("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Bytes bent = good;
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    carry += bent[32 + i] + order[i];
    bent[32 + i] = static_cast<std::uint8_t>(carry);
    carry >>= 8;
  }
  ASSERT_EQ(carry, 0U);
  Bytes negated = good;
  negated[31] ^= 0x80;
  const std::vector<Row> rows = {
      {"RFC 8032 §5.1.7: S + L", with_signature(head, bent)},
      {"RFC 8032 §5.1.7: R negated", with_signature(head, negated)},
      {"RFC 8032 §5.1.7: all zero", with_signature(head, Bytes(64, 0))},
      {"RFC 8032 §5.1.7: all ones", with_signature(head, Bytes(64, 0xff))},
      {"RFC 8032 §5.1.7: 63 bytes", with_signature(head, ByteView(good).first(63))},
      {"RFC 8032 §5.1.7: 65 bytes", with_signature(head, joined(as_text(good), Bytes(1, 0)))},
  };
  expect_refused(rows);
}

// A signature of that digest with RSASSA-PKCS1-v1_5, by OpenSSL itself.
Bytes sign_rsa(const char* digest, std::string_view message) {
  const Secret der = keys().rsa.to_pkcs8();
  const unsigned char* at = der.reveal().data();
  EVP_PKEY* const key = d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(der.size()));
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::size_t size = 512;
  Bytes out(size);
  EXPECT_EQ(EVP_DigestSignInit_ex(context, nullptr, digest, nullptr, nullptr, key, nullptr), 1);
  const ByteView bytes = as_bytes(message);
  EXPECT_EQ(EVP_DigestSign(context, out.data(), &size, bytes.data(), bytes.size()), 1);
  out.resize(size);
  EVP_MD_CTX_free(context);
  EVP_PKEY_free(key);
  return out;
}

// RFC 8017 §8.2.2, §5.2.2: exactly as long as the modulus, below it, and of alg's digest.
TEST(vectors, an_rsa_signature_has_one_form) {
  const std::string head = header("RS256", "rsa");
  const std::string input = coded(head) + "." + coded(kClaims);
  const Bytes good = sign_rsa("SHA256", input);
  ASSERT_TRUE(check_token(with_signature(head, good), keys().set, policy(), kNow).has_value());
  const Bytes modulus =
      base64url_decode(*keys().rsa.public_key().members().find_string("n")).value();
  BIGNUM* const sum = BN_bin2bn(good.data(), static_cast<int>(good.size()), nullptr);
  BIGNUM* const n = BN_bin2bn(modulus.data(), static_cast<int>(modulus.size()), nullptr);
  BN_add(sum, sum, n);
  Bytes beyond(static_cast<std::size_t>(BN_num_bytes(sum)));
  BN_bn2bin(sum, beyond.data());
  BN_free(sum);
  BN_free(n);
  const std::vector<Row> rows = {
      {"RFC 8017 §8.2.2: s + n", with_signature(head, beyond)},
      {"RFC 8017 §8.2.2: a zero in front",
       with_signature(head, joined(std::string(1, '\0'), good))},
      {"RFC 8017 §8.2.2: a zero behind", with_signature(head, joined(as_text(good), Bytes(1, 0)))},
      {"RFC 8017 §8.2.2: short", with_signature(head, ByteView(good).first(255))},
      {"RFC 8017 §5.2.2: 0", with_signature(head, Bytes(256, 0))},
      {"RFC 8017 §5.2.2: 1", with_signature(head, joined(std::string(255, '\0'), Bytes(1, 1)))},
      {"RFC 8017 §5.2.2: n", with_signature(head, modulus)},
      {"RFC 7518 §3.3: SHA-1", with_signature(head, sign_rsa("SHA1", input))},
      {"RFC 7518 §3.3: SHA-512", with_signature(head, sign_rsa("SHA512", input))},
      {"RFC 7518 §3.3: MD5", with_signature(head, sign_rsa("MD5", input))},
  };
  expect_refused(rows);
}

// RFC 8725 §3.11, RFC 9068 §4, RFC 8725 §2.8: a token of the same issuer for something else.
TEST(vectors, a_jwt_of_another_kind_is_no_access_token) {
  std::vector<Row> rows;
  for (const auto* typ : {"JWT", "jwt", "id_token", "logout+jwt", "dpop+jwt", "oauth-authz-req+jwt",
                          "token-introspection+jwt", "secevent+jwt", "at+jwt ", "at-jwt",
                          "application/at+jwt;x=1", ""}) {
    rows.push_back({"RFC 8725 §3.11",
                    signed_raw(std::string(R"({"alg":"ES256","kid":"ec","typ":")") + typ + "\"}")});
  }
  rows.push_back({"RFC 9068 §2.1: no typ", signed_raw(R"({"alg":"ES256","kid":"ec"})")});
  expect_refused(rows);
}

}  // namespace
}  // namespace grantd::guard
