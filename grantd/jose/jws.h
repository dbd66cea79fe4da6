// JSON Web Signature, compact serialisation (RFC 7515 §3.1), by asymmetric keys.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "grantd/jose/jwks.h"

namespace grantd::jose {

inline constexpr std::size_t kJwsBytesMax = 16 * 1024;

enum class JwsProblem {
  too_long,     // beyond kJwsBytesMax
  malformed,    // not three canonical base64url parts, or the header is no strict JSON object
  algorithm,    // alg missing, unknown, or not among those allowed
  extension,    // crit or b64: an extension that would change the meaning
  unknown_key,  // no key of that kid; or no kid, and not exactly one key that fits
  wrong_key,    // the key of that kid is for another algorithm
  signature,    // the signature is not one of this key
  claims,       // a JWT whose payload is no strict JSON object
};
struct JwsError {
  JwsProblem problem;
  std::string reason;  // for the operator: what was found; one line, no secret
};

struct VerifiedJws {
  Json header;
  std::string payload;  // as it was signed, decoded
  Algorithm algorithm;
  std::string kid;  // of the key that verified; empty where that has none
};

// Signs `payload`. `header` is an object; alg is set here (first), whatever it says. The algorithm
// must fit the key.
std::string sign_compact(const PrivateKey& key, Algorithm algorithm, const Json& header,
                         std::string_view payload);

// Verifies by a key of `keys`, found by kid (where the token has none, by the only key that fits).
// The token chooses neither its key nor its algorithm: jku, jwk, x5u, x5c are not looked at, and
// alg must be in `allowed` and be what the key is for (RFC 8725 §3.1, §3.2).
Result<VerifiedJws, JwsError> verify_compact(std::string_view token, const KeySet& keys,
                                             std::span<const Algorithm> allowed);

// Splits and decodes without verifying, as strictly; for a look at alg, kid, typ before the keys
// are known. Nothing in it may be trusted.
struct UnverifiedJws {
  Json header;
  std::string payload;
  std::string_view signing_input;  // into the token
  Bytes signature;
};
Result<UnverifiedJws, JwsError> split_compact(std::string_view token);

}  // namespace grantd::jose
