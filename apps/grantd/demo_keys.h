// The issuer's public keys, as an API keeps them.
#pragma once

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

#include "grantd/base/result.h"
#include "grantd/jose/jwks.h"

namespace grantd::app {

class IssuerKeys {
 public:
  explicit IssuerKeys(std::string jwks_uri) : jwks_uri_(std::move(jwks_uri)) {}

  // The keys as last fetched; fetches where there are none yet. Blocks. The error is one line.
  Result<jose::KeySet, std::string> get();
  // For a token whose key is unknown: fetched anew, at most once in 30 s (checklist JW-04), for a
  // made-up kid must not make us hammer the issuer.
  Result<jose::KeySet, std::string> get_anew();

 private:
  Result<Unit, std::string> fetch();

  const std::string jwks_uri_;
  std::mutex mutex_;
  std::optional<jose::KeySet> keys_;
  std::chrono::steady_clock::time_point asked_{};
};

}  // namespace grantd::app
