#include "grantd/store/sqlite/record_cache.h"

namespace grantd::store::sqlite {

bool RecordCache::is_at(std::uint64_t configuration) {
  if (configuration > configuration_) {
    clients_.clear();
    bytes_ = 0;
    resources_.reset();
    configuration_ = configuration;
  }
  return configuration == configuration_;
}

std::shared_ptr<const core::Client> RecordCache::client(std::uint64_t configuration,
                                                        const core::ClientId& id) {
  const std::lock_guard lock(mutex_);
  if (!is_at(configuration)) return nullptr;
  const auto found = clients_.find(id);
  return found == clients_.end() ? nullptr : found->second;
}

std::shared_ptr<const core::Resources> RecordCache::resources(std::uint64_t configuration) {
  const std::lock_guard lock(mutex_);
  return is_at(configuration) ? resources_ : nullptr;
}

void RecordCache::keep(std::uint64_t configuration, std::shared_ptr<const core::Client> client,
                       std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (!is_at(configuration) || clients_.contains(client->id)) return;
  size += sizeof(core::Client);
  if (bytes_ + size > kBytesMax) {
    clients_.clear();
    bytes_ = 0;
  }
  bytes_ += size;
  clients_.emplace(client->id, std::move(client));
}

void RecordCache::keep(std::uint64_t configuration,
                       std::shared_ptr<const core::Resources> resources) {
  const std::lock_guard lock(mutex_);
  if (is_at(configuration)) resources_ = std::move(resources);
}

}  // namespace grantd::store::sqlite
