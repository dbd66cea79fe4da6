// What a JWT adds to a JWS: a payload of claims (RFC 7519).
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/time.h"
#include "grantd/jose/jws.h"

namespace grantd::jose {

struct Jwt {
  Json header;
  Json claims;  // an object
};

struct VerifiedJwt {
  Json header;
  Json claims;  // an object; who asks judges iss, aud, exp, nbf, typ
  Algorithm algorithm;
  std::string kid;
};

std::string sign_jwt(const PrivateKey& key, Algorithm algorithm, const Json& header,
                     const Json& claims);
// As verify_compact; a payload that is no JSON object, or says a claim twice, fails (JW-10).
Result<VerifiedJwt, JwsError> verify_jwt(std::string_view token, const KeySet& keys,
                                         std::span<const Algorithm> allowed);
// For a look at a token whose issuer, and so whose keys, are not known yet. Trust nothing in it.
Result<Jwt, JwsError> decode_unverified(std::string_view token);

// Reading claims. The error says what was found; an absent claim is no error but "nothing".

// NumericDate (RFC 7519 §2), whole seconds from 0 to the year 9999: fractions, text, negative
// numbers are refused (JW-05).
Result<std::optional<Time>, std::string> read_numeric_date(const Json& claims,
                                                           std::string_view name);
Result<std::optional<std::string>, std::string> read_text(const Json& claims,
                                                          std::string_view name);
// aud (RFC 7519 §4.1.3): one text or an array of texts; empty where it is absent.
Result<std::vector<std::string>, std::string> read_audience(const Json& claims);

}  // namespace grantd::jose
