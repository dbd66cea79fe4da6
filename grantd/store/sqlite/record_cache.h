// Clients and resources, decoded once and kept as long as the configuration stands.
#pragma once

#include <memory>
#include <mutex>
#include <unordered_map>

#include "grantd/core/found.h"

namespace grantd::store::sqlite {

// Each call names the configuration that its caller read in its own transaction: what was kept at
// another one is not given, and a newer one drops it all. Safe from any thread.
class RecordCache {
 public:
  std::shared_ptr<const core::Client> client(std::uint64_t configuration, const core::ClientId& id);
  std::shared_ptr<const core::Resources> resources(std::uint64_t configuration);
  void keep(std::uint64_t configuration, std::shared_ptr<const core::Client> client);
  void keep(std::uint64_t configuration, std::shared_ptr<const core::Resources> resources);

 private:
  static constexpr std::size_t kClientsMax = 10'000;  // past it all are forgotten and read anew
  bool is_at(std::uint64_t configuration);

  std::mutex mutex_;
  std::uint64_t configuration_ = 0;
  std::unordered_map<core::ClientId, std::shared_ptr<const core::Client>> clients_;
  std::shared_ptr<const core::Resources> resources_;
};

}  // namespace grantd::store::sqlite
