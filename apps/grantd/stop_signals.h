// Ctrl-C and the like, for commands that run until they are stopped.
#pragma once

#include <csignal>

namespace grantd::app {

// SIGINT and SIGTERM wait for the main thread while it lives; threads made meanwhile inherit that.
class StopSignals {
 public:
  StopSignals() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &set_, &before_);
  }
  ~StopSignals() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  // Returns at the first one; a second one ends the process at once.
  void wait() {
    int signal = 0;
    while (sigwait(&set_, &signal) != 0) continue;
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t set_{};
  sigset_t before_{};
};

}  // namespace grantd::app
