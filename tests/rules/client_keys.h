// Apps with keys of their own, and what they sign.
#pragma once

#include "grantd/jose/jwt.h"
#include "tests/rules/scene.h"

namespace grantd::core {

inline constexpr std::string_view kIssuerText = "https://auth.example";
inline constexpr std::string_view kKeysAt = "https://app.example/jwks.json";

// Made once: RSA keys take a while.
inline const jose::PrivateKey& own_key(jose::Algorithm algorithm, int number = 1) {
  static std::map<std::pair<jose::Algorithm, int>, jose::PrivateKey> keys;
  const auto at = keys.find({algorithm, number});
  if (at != keys.end()) return at->second;
  return keys.emplace(std::pair{algorithm, number}, jose::PrivateKey::generate(algorithm))
      .first->second;
}

inline jose::KeySet own_keys(jose::Algorithm algorithm = jose::Algorithm::es256, int number = 1) {
  jose::KeySet keys;
  keys.add({"own-" + std::to_string(number), own_key(algorithm, number).public_key(), algorithm});
  return keys;
}

struct Signed {
  Json header = Json::object({{"kid", "own-1"}});
  Json claims;
  jose::Algorithm algorithm = jose::Algorithm::es256;
  int key = 1;
  std::string text() const {
    return jose::sign_jwt(own_key(algorithm, key), algorithm, header, claims);
  }
};

}  // namespace grantd::core
