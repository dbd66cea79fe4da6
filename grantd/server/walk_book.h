// The last walks, kept in memory so that `grantd explain` can tell of them. Refused ones have room
// of their own: what went well does not push them out.
//
// An I/O thread writes to a shelf of its own; the lock of a shelf is only ever waited for while
// somebody reads. Bounded by number and by bytes.
#pragma once

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <vector>

#include "grantd/server/walk_trace.h"

namespace grantd::server {

class WalkBook {
 public:
  // Keeps about `kept` refused walks and as many others, at most kBytesEach each on the average;
  // 0: none. `writers`: how many threads write.
  WalkBook(int kept, int writers);
  static constexpr std::size_t kBytesEach = 2048;

  bool keeps() const { return !shelves_.empty(); }
  void keep(WalkTrace&& trace);

  std::optional<WalkRecord> find(std::string_view request_id) const;
  // The newest first, at most `most`.
  std::vector<WalkRecord> last(std::size_t most, bool refused_only) const;

 private:
  // The oldest goes first.
  class Row {
   public:
    void put(WalkTrace&& trace, std::size_t count_max);
    const std::list<WalkTrace>& all() const { return walks_; }

   private:
    std::list<WalkTrace> walks_;
    std::size_t bytes_ = 0;
  };
  struct Shelf {
    mutable std::mutex mutex;
    Row refused, others;
  };
  Shelf& shelf_of_this_thread() const;

  std::size_t count_max_ = 0;  // of a row
  std::vector<std::unique_ptr<Shelf>> shelves_;
};

}  // namespace grantd::server
