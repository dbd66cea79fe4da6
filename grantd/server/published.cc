#include "grantd/server/published.h"

#include <algorithm>

namespace grantd::server {

bool Published::has(std::string_view endpoint) const {
  const std::lock_guard lock(mutex_);
  return std::ranges::find(kept_, endpoint, &Kept::endpoint) != kept_.end();
}

std::shared_ptr<const core::Decision> Published::find(
    std::string_view endpoint, const Keys& keys,
    std::optional<std::uint64_t> configuration) const {
  const std::lock_guard lock(mutex_);
  const auto kept = std::ranges::find(kept_, endpoint, &Kept::endpoint);
  if (kept == kept_.end() || kept->keys.get() != &keys) return nullptr;
  if (configuration && kept->configuration != *configuration) return nullptr;
  return kept->decision;
}

void Published::keep(std::string_view endpoint, std::shared_ptr<const Keys> keys,
                     std::uint64_t configuration, const core::Decision& decision) {
  auto copy = std::make_shared<const core::Decision>(decision);
  const std::lock_guard lock(mutex_);
  std::erase_if(kept_, [&](const Kept& kept) { return kept.endpoint == endpoint; });
  kept_.push_back({endpoint, std::move(keys), configuration, std::move(copy)});
}

}  // namespace grantd::server
