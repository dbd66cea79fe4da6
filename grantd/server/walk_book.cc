#include "grantd/server/walk_book.h"

#include <utility>

namespace grantd::server {

void WalkBook::Row::put(WalkTrace& trace, std::size_t count_max) {
  bytes_ += trace.bytes();
  if (walks_.size() < count_max) {
    walks_.push_back(std::move(trace));
  } else {  // in the oldest one's place
    bytes_ -= walks_.front().bytes();
    walks_.splice(walks_.end(), walks_, walks_.begin());
    std::swap(walks_.back(), trace);
  }
  // The one that just came stays, however large: it is bounded by itself.
  while (walks_.size() > 1 && bytes_ > count_max * kBytesEach) {
    bytes_ -= walks_.front().bytes();
    walks_.pop_front();
  }
}

void WalkBook::keep(WalkTrace&& trace) {
  if (!keeps()) return;
  Row& row = trace.refused() ? refused_ : others_;
  const std::lock_guard lock(mutex_);
  row.put(trace, kept_);
}

std::optional<WalkRecord> WalkBook::find(std::string_view request_id) const {
  std::optional<WalkTrace> found;
  {
    const std::lock_guard lock(mutex_);
    for (const Row* row : {&refused_, &others_}) {
      const auto at = std::ranges::find(row->all(), request_id, &WalkTrace::request_id);
      if (at != row->all().end()) found = *at;
    }
  }
  if (!found) return std::nullopt;
  return record_of(*found);
}

std::vector<WalkRecord> WalkBook::last(std::size_t most, bool refused_only) const {
  std::vector<WalkTrace> all;
  {
    const std::lock_guard lock(mutex_);
    for (const Row* row : {&refused_, &others_}) {
      if (refused_only && row == &others_) continue;
      const auto& walks = row->all();
      all.insert(all.end(), std::prev(walks.end(), static_cast<std::ptrdiff_t>(
                                                       std::min(most, walks.size()))),
                 walks.end());
    }
  }
  std::ranges::stable_sort(all, [](const WalkTrace& a, const WalkTrace& b) {
    return a.when != b.when ? a.when > b.when : a.since > b.since;
  });
  if (all.size() > most) all.resize(most);
  std::vector<WalkRecord> out;
  for (const WalkTrace& walk : all) out.push_back(record_of(walk));
  return out;
}

}  // namespace grantd::server
