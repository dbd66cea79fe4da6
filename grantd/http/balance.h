// Which thread serves a connection: as few of them as keep up.
//
// One thread that is nearly busy takes its requests many at a time: fewer system calls, fewer wakes
// of others, larger commits. So connections gather on the first threads, and spread where one of
// these has no time left.
#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace grantd::http {

// In percent of a thread's time (thread_load.h).
struct BalanceLimits {
  int full = 90;      // a thread that takes more gives connections to another
  int together = 60;  // what two threads may take for one of them to do it all
};

struct Move {
  std::size_t to = 0;
  int connections = 0;  // 0: newcomers alone
};

// What thread `self` gives away, by the load of every thread and how many connections it served
// lately. Nothing: all is where it should be.
std::optional<Move> move_of(std::size_t self, std::span<const int> loads, int active,
                            const BalanceLimits& limits);

}  // namespace grantd::http
