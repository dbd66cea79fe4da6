// The published keys, and whether a token was signed by one of them. By OpenSSL alone: the server's
// own code must not judge its own signatures.
#pragma once

#include <openssl/evp.h>

#include <map>
#include <string>
#include <string_view>

#include "grantd/base/json.h"

namespace loadgen {

class Keys {
 public:
  void load(const grantd::Json& jwks);
  // `signature` as it stands in a JWS: raw r ‖ s for ES256.
  bool verify(const std::string& kid, const std::string& algorithm, std::string_view signed_part,
              std::string signature) const;

 private:
  std::map<std::string, EVP_PKEY*> by_kid_;
};

}  // namespace loadgen
