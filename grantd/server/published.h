// Documents that the configuration alone decides (discovery, JWKS), as they were last decided.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "grantd/core/decision.h"
#include "grantd/server/keys.h"

namespace grantd::server {

// Judged by the configuration's version, as clients and keys are (DESIGN §5): what was decided at
// another one, or with other keys, is not given. Safe from any thread.
class Published {
 public:
  // `endpoint`: its name, a constant.
  bool has(std::string_view endpoint) const;  // at whichever version
  // Null: it must be decided. No version: the store cannot be read, and what was published last
  // goes on being served.
  std::shared_ptr<const core::Decision> find(std::string_view endpoint, const Keys& keys,
                                             std::optional<std::uint64_t> configuration) const;
  void keep(std::string_view endpoint, std::shared_ptr<const Keys> keys,
            std::uint64_t configuration, const core::Decision& decision);

 private:
  struct Kept {
    std::string_view endpoint;
    std::shared_ptr<const Keys> keys;
    std::uint64_t configuration = 0;
    std::shared_ptr<const core::Decision> decision;
  };
  mutable std::mutex mutex_;
  std::vector<Kept> kept_;  // one an endpoint
};

}  // namespace grantd::server
