// Attempts, counted in bounded memory: a token bucket a key, in a table of fixed size.
//
// The table never grows. A key's place follows from a hash under a key drawn at start, so nobody
// can choose keys that fall together. Where a set of places is full, the bucket that is nearest to
// being full again goes: whoever wants his own exhausted bucket forgotten must exhaust some
// thousand others first, and those attempts are limited too. What is lost by a restart is counts,
// not safety.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "grantd/base/bytes.h"
#include "grantd/base/time.h"

namespace grantd::server {

// A bucket of `tries` attempts that gets one more each `refill`.
struct Limit {
  int tries = 1;      // at least 1
  Duration refill{};  // more than 0
};

// From any thread. A key says what is counted as well as whose: "login:alice".
// `now` may go backwards: then a key waits no longer than an empty bucket takes to fill.
class Limits {
 public:
  // `slots` (a power of two of at least 8; 16 bytes each) are all the memory it ever takes.
  explicit Limits(std::size_t slots = 65'536);
  ~Limits();
  Limits(const Limits&) = delete;
  Limits& operator=(const Limits&) = delete;

  // How long to wait for a try, or nothing where there is one. Takes nothing, remembers nothing.
  std::optional<Duration> peek(std::string_view key, Limit limit, Time now) const;
  // Takes a try; or takes nothing and says how long to wait. Parallel callers are each counted.
  std::optional<Duration> reserve(std::string_view key, Limit limit, Time now);
  // Undoes one reserve: the attempt was an honest one.
  void give_back(std::string_view key, Limit limit, Time now);
  // Takes a try where there is one, without asking: an attempt that has happened already.
  void count(std::string_view key, Limit limit, Time now);

 private:
  static constexpr std::size_t kWays = 8;    // slots a set
  static constexpr std::size_t kLocks = 64;  // sets share them

  // A bucket is one point in time: when it will be full again (0, or past: it is full).
  struct Slot {
    std::uint64_t tag = 0;
    Time full_at{};
  };
  struct Place {
    std::size_t set;
    std::uint64_t tag;
  };
  Place place_of(std::string_view key) const;
  std::span<Slot> set_of(Place place) const;
  const Slot* find(Place place) const;
  Slot* find(Place place);
  Slot& find_or_make(Place place);
  std::mutex& lock_of(Place place) const { return locks_[place.set % kLocks]; }

  // Zeroed by the kernel when first touched: most of them never are.
  struct Free {
    void operator()(Slot* slots) const;
  };
  std::unique_ptr<Slot[], Free> slots_;
  std::size_t sets_;
  Hash256 hash_key_;
  mutable std::unique_ptr<std::mutex[]> locks_;
};

// Whose attempts an address's are: an IPv4 address whole (written as IPv6 too), an IPv6 address by
// its /64, which one household holds; other text as it is.
std::string address_key(std::string_view address);

}  // namespace grantd::server
