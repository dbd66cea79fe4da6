#include "grantd/guard/testing/mint.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/base/random.h"
#include "grantd/jose/jwt.h"

namespace grantd::testing {
namespace {

std::string coded(std::string_view text) {
  return base64url_encode(as_bytes(text));
}

Json header_of(const SigningKey& key) {
  return Json::object({{"typ", "at+jwt"}, {"kid", key.kid}});
}

Json without(const Json& claims, std::string_view name) {
  Json rest = Json::object();
  for (const auto& [each, value] : *claims.as_object()) {
    if (each != name) rest.set(each, value);
  }
  return rest;
}

Json with(Json claims, std::string name, Json value) {
  claims.set(std::move(name), std::move(value));
  return claims;
}

std::string with_header(const SigningKey& key, std::string name, Json value, const Json& claims) {
  return jose::sign_jwt(key.key, key.algorithm, with(header_of(key), std::move(name), value),
                        claims);
}

std::string in_parts(std::string_view header, std::string_view payload, ByteView signature) {
  return coded(header) + "." + coded(payload) + "." + base64url_encode(signature);
}

// RFC 8725 §2.1: the two classics.
std::string unsigned_token(const SigningKey& key, const Json& claims) {
  return in_parts(with(header_of(key), "alg", "none").dump(), claims.dump(), {});
}
std::string hmac_token(const SigningKey& key, const Json& claims) {
  const std::string input =
      coded(with(header_of(key), "alg", "HS256").dump()) + "." + coded(claims.dump());
  const std::string published = key.key.public_key().members().dump();
  return input + "." + base64url_encode(hmac_sha256(as_bytes(published), as_bytes(input)));
}

// The same token with another byte in its signature.
std::string tampered_signature(const SigningKey& key, const Json& claims) {
  const std::string token = mint(key, claims);
  const std::size_t start = token.rfind('.') + 1;
  Bytes signature = base64url_decode(token.substr(start)).value();
  signature[signature.size() / 2] ^= 1;
  return token.substr(0, start) + base64url_encode(signature);
}

// Other claims under the signature of these.
std::string tampered_claims(const SigningKey& key, const Json& claims) {
  const std::string token = mint(key, claims);
  const std::size_t first = token.find('.');
  return token.substr(0, first + 1) + coded(with(claims, "sub", "somebody-else").dump()) +
         token.substr(token.rfind('.'));
}

}  // namespace

Json claims_of(const Wish& wish, std::string_view issuer, std::string_view audience, Time now) {
  const auto seconds = to_seconds(now);
  const auto end = seconds + wish.lifetime.count();
  // An expired token was issued before it expired.
  const auto begin = std::min<std::int64_t>(seconds, end - 1);
  Json claims = Json::object({{"iss", issuer},
                              {"sub", wish.subject},
                              {"aud", audience},
                              {"client_id", wish.client_id},
                              {"jti", base64url_encode(random_bytes<16>())},
                              {"iat", begin},
                              {"exp", end}});
  if (!wish.scope.empty()) claims.set("scope", wish.scope);
  if (!wish.claims.as_object()) return claims;
  for (const auto& [name, value] : *wish.claims.as_object()) {
    claims = value.is_null() ? without(claims, name) : with(std::move(claims), name, value);
  }
  return claims;
}

std::string mint(const SigningKey& key, const Json& claims) {
  return jose::sign_jwt(key.key, key.algorithm, header_of(key), claims);
}

std::vector<BadToken> mint_bad(const SigningKey& key, const SigningKey& stranger,
                               const Json& claims) {
  const std::int64_t now = *claims.find_int("iat");
  const SigningKey impostor{stranger.key, stranger.algorithm, key.kid};
  Json brought = public_jwk(stranger.key.public_key(), key.kid, stranger.algorithm);
  const std::string good = mint(key, claims);
  return {
      {"expired", mint(key, with(with(claims, "iat", now - 1000), "exp", now - 100))},
      {"not yet valid", mint(key, with(claims, "nbf", now + 1000))},
      {"issued in the future", mint(key, with(claims, "iat", now + 1000))},
      {"without an end", mint(key, without(claims, "exp"))},
      {"for another API", mint(key, with(claims, "aud", "https://other.test"))},
      {"for nobody", mint(key, without(claims, "aud"))},
      {"of another issuer", mint(key, with(claims, "iss", "https://other.test"))},
      {"of no client", mint(key, without(claims, "client_id"))},
      {"bound to a key", mint(key, with(claims, "cnf", Json::object({{"jkt", "x"}})))},
      {"an ID token", with_header(key, "typ", "JWT", claims)},
      {"a logout token", with_header(key, "typ", "logout+jwt", claims)},
      {"with a critical extension", with_header(key, "crit", Json::array({"exp"}), claims)},
      {"by an unknown key", mint(stranger, claims)},
      {"by another key under this one's name", mint(impostor, claims)},
      {"with a key of its own",
       with_header(impostor, "jwk", std::move(brought), claims)},
      {"with a place for keys of its own",
       with_header(impostor, "jku", "https://attacker.test/keys", claims)},
      {"unsigned", unsigned_token(key, claims)},
      {"signed with the public key as a secret", hmac_token(key, claims)},
      {"with another signature", tampered_signature(key, claims)},
      {"with other claims", tampered_claims(key, claims)},
      {"cut short", good.substr(0, good.size() - 2)},
      {"with padding", good + "="},
      {"no token at all", "x"},
  };
}

}  // namespace grantd::testing
