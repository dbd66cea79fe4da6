#include "grantd/http/thread_load.h"

#include <time.h>

#include <algorithm>
#include <cstdint>
#include <fstream>

namespace grantd::http {
namespace {

using std::chrono::nanoseconds;

nanoseconds read_clock(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

// Ready to run, and not running (proc(5), schedstat). Where the kernel does not tell: none.
nanoseconds queued_time() {
  std::ifstream file("/proc/thread-self/schedstat");
  std::int64_t running = 0, queued = 0;
  if (!(file >> running >> queued)) return nanoseconds::zero();
  return nanoseconds(queued);
}

}  // namespace

ThreadLoad::Times ThreadLoad::times(nanoseconds slept) {
  return {read_clock(CLOCK_MONOTONIC), read_clock(CLOCK_THREAD_CPUTIME_ID), queued_time(), slept};
}

void ThreadLoad::begin(nanoseconds slept) { last_ = times(slept); }

int ThreadLoad::measure(nanoseconds slept) {
  const Times before = last_;
  last_ = times(slept);
  const nanoseconds passed = last_.now - before.now;
  if (passed <= nanoseconds::zero()) return 0;
  const nanoseconds awake = passed - (last_.slept - before.slept);
  // Less than before: it could not be read, as where no descriptors are left.
  const nanoseconds queued = std::max(last_.queued - before.queued, nanoseconds::zero());
  // How long it was queued after a sleep is in both: the second may be too little.
  const nanoseconds taken =
      std::max(last_.on_processor - before.on_processor, awake - queued);
  return static_cast<int>(100 * taken / passed);
}

}  // namespace grantd::http
