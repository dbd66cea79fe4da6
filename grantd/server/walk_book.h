// The last walks, kept in memory so that `grantd explain` can tell of them. Refused ones have room
// of their own: what went well does not push them out.
//
// From any thread. Who writes swaps a walk in; it is copied under the lock only where somebody asks
// for it. Bounded by number and by bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "grantd/server/walk_trace.h"

namespace grantd::server {

class WalkBook {
 public:
  // Keeps `kept` refused walks and as many others, at most kBytesEach each on the average; 0: none.
  explicit WalkBook(int kept) : kept_(static_cast<std::size_t>(std::max(kept, 0))) {}
  static constexpr std::size_t kBytesEach = 2048;

  bool keeps() const { return kept_ > 0; }
  void keep(WalkTrace&& trace);

  std::optional<WalkRecord> find(std::string_view request_id) const;
  // The newest first, at most `most`.
  std::vector<WalkRecord> last(std::size_t most, bool refused_only) const;

 private:
  // The oldest goes first.
  class Row {
   public:
    // `trace` is then the one that went, or moved from.
    void put(WalkTrace& trace, std::size_t count_max);
    const std::list<WalkTrace>& all() const { return walks_; }

   private:
    std::list<WalkTrace> walks_;
    std::size_t bytes_ = 0;
  };

  const std::size_t kept_;  // of a row
  mutable std::mutex mutex_;
  Row refused_, others_;
};

}  // namespace grantd::server
