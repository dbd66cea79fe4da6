// How much of its time a thread is taken.
#pragma once

#include <chrono>

namespace grantd::http {

// Both calls on the thread that is measured. `slept`: how long it has slept in all, because there
// was nothing to do.
class ThreadLoad {
 public:
  void begin(std::chrono::nanoseconds slept);
  // Since the last call, in percent: on a processor, or held up by a disk. That it waited for a
  // processor does not count: more threads would only wait for the same.
  int measure(std::chrono::nanoseconds slept);

 private:
  struct Times {
    std::chrono::nanoseconds now{}, on_processor{}, queued{}, slept{};
  };
  static Times times(std::chrono::nanoseconds slept);
  Times last_;
};

}  // namespace grantd::http
