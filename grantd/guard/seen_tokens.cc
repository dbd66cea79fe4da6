#include "grantd/guard/seen_tokens.h"

#include <algorithm>
#include <bit>
#include <cstring>

namespace grantd::guard {
namespace {

std::uint64_t part_of(const Hash256& key, std::size_t at) {
  std::uint64_t part;
  std::memcpy(&part, key.data() + at, sizeof part);
  return part;
}

}  // namespace

SeenTokens::SeenTokens(std::size_t tokens_max)
    : rows_(tokens_max == 0 ? 0 : std::bit_ceil((tokens_max + kPlaces - 1) / kPlaces)) {}

SeenTokens::~SeenTokens() {
  for (Row& row : rows_) {
    for (Place& place : row.places) delete place.node.load();
  }
}

const SeenTokens::Row* SeenTokens::row_of(const Hash256& key) const {
  if (rows_.empty()) return nullptr;
  return &rows_[part_of(key, 0) & (rows_.size() - 1)];
}

std::optional<Seen> SeenTokens::find(const Hash256& key) const {
  const Row* const row = row_of(key);
  if (!row) return std::nullopt;
  for (const Place& place : row->places) {
    if (place.tag.load(std::memory_order_relaxed) != part_of(key, 8)) continue;
    // The tag is a hint: a writer may be between tag and node. The whole key decides.
    auto found = read(place.node, [&](const Node* node) {
      return node && node->key == key ? std::optional<Seen>(node->seen) : std::nullopt;
    });
    if (found) return found;
  }
  return std::nullopt;
}

void SeenTokens::keep(const Hash256& key, Seen seen, Time now) {
  auto* const row = const_cast<Row*>(row_of(key));
  if (!row || seen.good_until <= now) return;
  const std::lock_guard lock(writing_);
  // Only writers free nodes, and there is one at a time: it may look at them as they are.
  const auto ends = [](const Place& place) {
    const Node* const node = place.node.load();
    return node ? node->seen.good_until : Time::min();
  };
  const auto same = std::ranges::find_if(row->places, [&](const Place& place) {
    const Node* const node = place.node.load();
    return node && node->key == key;
  });
  Place& chosen =
      same != row->places.end() ? *same : *std::ranges::min_element(row->places, {}, ends);
  auto node = std::make_unique<const Node>(Node{key, std::move(seen)});
  chosen.tag.store(part_of(key, 8), std::memory_order_relaxed);
  retired_.add(chosen.node.exchange(node.release()));
}

}  // namespace grantd::guard
