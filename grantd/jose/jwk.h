// jose: keys and signed things, as RFC 7515 to 7519, 7638 and 8037 have them.
//
// What lives here: JWK and JWKS, thumbprints, compact JWS, what a JWT adds to it. What does not:
// where keys are kept and when they change (server/), which claims a token must have (core/,
// guard/). Asymmetric signatures only: there is no HMAC, no "none" and no encryption to be
// confused with.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "grantd/base/bytes.h"
#include "grantd/base/json.h"
#include "grantd/base/result.h"
#include "grantd/base/secret.h"

namespace grantd::jose {

// The signature algorithms on offer (RFC 7518 §3.1, RFC 8037 §3.1).
enum class Algorithm { es256, rs256, ps256, eddsa };

std::string_view name_of(Algorithm algorithm);                    // "ES256", as in `alg`
std::optional<Algorithm> algorithm_named(std::string_view name);  // exact, case included
// As others may write it in a header or a key: Ed25519 too (RFC 9864 §2.2), which is EdDSA with
// that curve, the only one here.
std::optional<Algorithm> algorithm_as_written(std::string_view name);

enum class KeyType { ec_p256, rsa, ed25519 };

// Whether keys of this type make signatures of this algorithm.
bool fits(KeyType type, Algorithm algorithm);

enum class KeyProblem {
  malformed,    // a member is missing, of the wrong type or not canonically encoded
  unsupported,  // a kty, crv or alg that is not on offer, or a key for another use
  weak,         // RSA below 2048 bits or with a bad exponent, a point off the curve or of low order
  has_private,  // a private or symmetric member where only public ones belong
};
struct KeyError {
  KeyProblem problem;
  std::string reason;  // for the operator
};

class NativeKey;  // the key as the crypto library holds it; immutable, used from any thread

// A public key. Immutable, cheap to copy, used from any thread.
class PublicKey {
 public:
  // From the members of a JWK that describe the key (RFC 7518 §6.2, §6.3; RFC 8037 §2): EC P-256,
  // RSA of 2048 to 8192 bits, OKP Ed25519. Members such as kid, alg and use are for the KeySet to
  // judge.
  static Result<PublicKey, KeyError> parse(const Json& jwk);

  KeyType type() const;
  // Whether `signature` (for ES256: r || s, 64 bytes) is one of `message`. False too where the
  // algorithm does not fit the key.
  bool verify(Algorithm algorithm, std::string_view message, ByteView signature) const;
  // The members that describe the key and no others: kty with crv, x, y or e, n.
  Json members() const;
  // RFC 7638 §3, SHA-256, base64url: 43 characters. grantd's own keys have it as kid.
  std::string thumbprint() const;

 private:
  friend class PrivateKey;
  explicit PublicKey(std::shared_ptr<const NativeKey> key) : key_(std::move(key)) {}
  std::shared_ptr<const NativeKey> key_;
};

// A private key. Immutable, cheap to copy, used from any thread.
class PrivateKey {
 public:
  // A new one for the algorithm; RSA has 2048 bits (about 0.1 s).
  static PrivateKey generate(Algorithm algorithm);
  // From PKCS#8 DER (RFC 5958), which must hold a key as PublicKey accepts it, and nothing after
  // it.
  static Result<PrivateKey, KeyError> from_pkcs8(const Secret& der);
  Secret to_pkcs8() const;

  KeyType type() const;
  PublicKey public_key() const { return PublicKey(key_); }
  // ES256: r || s, 64 bytes (RFC 7518 §3.4). The algorithm must fit the key.
  Bytes sign(Algorithm algorithm, std::string_view message) const;

 private:
  explicit PrivateKey(std::shared_ptr<const NativeKey> key) : key_(std::move(key)) {}
  std::shared_ptr<const NativeKey> key_;
};

// The JWK as it is published: members(), kid, alg, use "sig". JW-13: never a private member.
Json public_jwk(const PublicKey& key, std::string_view kid, Algorithm algorithm);

}  // namespace grantd::jose
