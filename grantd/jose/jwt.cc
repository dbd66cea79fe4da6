#include "grantd/jose/jwt.h"

namespace grantd::jose {
namespace {

constexpr std::int64_t kSecondsMax = 253402300799;  // 9999-12-31T23:59:59Z

// RFC 7519 §4, RFC 8725 §2.4: a claim that occurs twice is refused, which Json::parse does.
Result<Json, JwsError> read_claims(std::string_view payload) {
  Result<Json, std::string> claims = Json::parse(payload, kJwsBytesMax);
  if (!claims) return fail(JwsError{JwsProblem::claims, "no JSON of claims: " + claims.error()});
  if (claims->as_object() == nullptr) {
    return fail(JwsError{JwsProblem::claims, "the claims are no object"});
  }
  return *std::move(claims);
}

}  // namespace

std::string sign_jwt(const PrivateKey& key, Algorithm algorithm, const Json& header,
                     const Json& claims) {
  return sign_compact(key, algorithm, header, claims.dump());
}

Result<VerifiedJwt, JwsError> verify_jwt(std::string_view token, const KeySet& keys,
                                         std::span<const Algorithm> allowed) {
  VerifiedJws jws = TRY(verify_compact(token, keys, allowed));
  Json claims = TRY(read_claims(jws.payload));
  return VerifiedJwt{std::move(jws.header), std::move(claims), jws.algorithm, std::move(jws.kid)};
}

Result<Jwt, JwsError> decode_unverified(std::string_view token) {
  UnverifiedJws jws = TRY(split_compact(token));
  Json claims = TRY(read_claims(jws.payload));
  return Jwt{std::move(jws.header), std::move(claims)};
}

Result<std::optional<Time>, std::string> read_numeric_date(const Json& claims,
                                                           std::string_view name) {
  const Json* const member = claims.find(name);
  if (member == nullptr) return std::nullopt;
  const std::int64_t* const value = member->as_int();
  if (value == nullptr) return fail(std::string(name) + " is no whole number of seconds");
  if (*value < 0 || *value > kSecondsMax) {
    return fail(std::string(name) + " is out of range: " + std::to_string(*value));
  }
  return from_seconds(*value);
}

Result<std::optional<std::string>, std::string> read_text(const Json& claims,
                                                          std::string_view name) {
  const Json* const member = claims.find(name);
  if (member == nullptr) return std::nullopt;
  const std::string* const text = member->as_string();
  if (text == nullptr) return fail(std::string(name) + " is no text");
  return *text;
}

Result<std::vector<std::string>, std::string> read_audience(const Json& claims) {
  const Json* const member = claims.find("aud");
  if (member == nullptr) return std::vector<std::string>();
  if (const std::string* const one = member->as_string()) return std::vector{*one};
  std::optional<std::vector<std::string>> several = claims.find_strings("aud");
  if (!several) return fail(std::string("aud is neither text nor an array of texts"));
  return *std::move(several);
}

}  // namespace grantd::jose
