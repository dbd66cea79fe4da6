// A set of public keys, ours or somebody else's (RFC 7517 §5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/jose/jwk.h"

namespace grantd::jose {

struct PublishedKey {
  std::string kid;  // empty: it has none
  PublicKey key;
  std::optional<Algorithm> algorithm;  // the only one it is for; nothing: any that fits
};

class KeySet {
 public:
  static constexpr std::size_t kBytesMax = 64 * 1024;
  static constexpr std::size_t kKeysMax = 100;

  KeySet() = default;

  // Reads a JWKS. Fails where the document is none, or is beyond the limits above (JW-12). A key
  // that cannot be used (unknown kty, weak, not for signatures, alg against kty, with private
  // members) is left out, and every key of a kid that occurs twice: skipped() says which and why.
  static Result<KeySet, KeyError> parse(std::string_view text);
  static Result<KeySet, KeyError> from_json(const Json& document);

  // Adds a key; false where its kid is there already (nothing changes) or the algorithm does not
  // fit.
  bool add(PublishedKey key);

  const PublishedKey* find(
      std::string_view kid) const;  // null: none; never finds a key without kid
  const std::vector<PublishedKey>& keys() const { return keys_; }
  const std::vector<std::string>& skipped() const { return skipped_; }

  Json to_json() const;  // {"keys": [...]}, public members only

 private:
  std::vector<PublishedKey> keys_;
  std::vector<std::string> skipped_;  // a line each, for the operator
};

}  // namespace grantd::jose
