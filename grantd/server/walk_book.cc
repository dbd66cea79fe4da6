#include "grantd/server/walk_book.h"

#include <algorithm>
#include <atomic>

namespace grantd::server {

void WalkBook::Row::put(WalkTrace&& trace, std::size_t count_max) {
  bytes_ += trace.bytes();
  if (walks_.size() < count_max) {
    walks_.push_back(std::move(trace));
  } else {  // in the oldest one's place
    bytes_ -= walks_.front().bytes();
    walks_.splice(walks_.end(), walks_, walks_.begin());
    walks_.back() = std::move(trace);
  }
  // The one that just came stays, however large: it is bounded by itself.
  while (walks_.size() > 1 && bytes_ > count_max * kBytesEach) {
    bytes_ -= walks_.front().bytes();
    walks_.pop_front();
  }
}

WalkBook::WalkBook(int kept, int writers) {
  if (kept <= 0) return;
  const auto shelves = static_cast<std::size_t>(std::max(1, writers));
  count_max_ = (static_cast<std::size_t>(kept) + shelves - 1) / shelves;
  for (std::size_t i = 0; i < shelves; ++i) shelves_.push_back(std::make_unique<Shelf>());
}

WalkBook::Shelf& WalkBook::shelf_of_this_thread() const {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
  return *shelves_[number % shelves_.size()];
}

void WalkBook::keep(WalkTrace&& trace) {
  if (!keeps()) return;
  Shelf& shelf = shelf_of_this_thread();
  const std::lock_guard lock(shelf.mutex);
  Row& row = trace.refused() ? shelf.refused : shelf.others;
  row.put(std::move(trace), count_max_);
}

std::optional<WalkRecord> WalkBook::find(std::string_view request_id) const {
  for (const auto& shelf : shelves_) {
    std::optional<WalkTrace> found;
    {
      const std::lock_guard lock(shelf->mutex);
      for (const Row* row : {&shelf->refused, &shelf->others}) {
        const auto at = std::ranges::find(row->all(), request_id, &WalkTrace::request_id);
        if (at != row->all().end()) found = *at;
      }
    }
    if (found) return record_of(*found);
  }
  return std::nullopt;
}

std::vector<WalkRecord> WalkBook::last(std::size_t most, bool refused_only) const {
  std::vector<WalkTrace> all;
  for (const auto& shelf : shelves_) {
    const std::lock_guard lock(shelf->mutex);
    for (const Row* row : {&shelf->refused, &shelf->others}) {
      if (refused_only && row == &shelf->others) continue;
      all.insert(all.end(), row->all().begin(), row->all().end());
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
