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
  // `size`: bytes of its row, by which it is told how much is kept.
  void keep(std::uint64_t configuration, std::shared_ptr<const core::Client> client,
            std::size_t size);
  void keep(std::uint64_t configuration, std::shared_ptr<const core::Resources> resources);

 private:
  // Of clients and their rows; past it all are forgotten and read anew. A row is of 400 bytes, or
  // of 32 KiB where somebody registers it so.
  static constexpr std::size_t kBytesMax = 8 << 20;
  bool is_at(std::uint64_t configuration);

  std::mutex mutex_;
  std::uint64_t configuration_ = 0;
  std::unordered_map<core::ClientId, std::shared_ptr<const core::Client>> clients_;
  std::size_t bytes_ = 0;
  std::shared_ptr<const core::Resources> resources_;
};

}  // namespace grantd::store::sqlite
