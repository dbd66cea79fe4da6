// A thread that sleeps till it is asked, and answers.
#pragma once

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "grantd/base/check.h"

namespace bench {

// What it takes to hand a piece of work to another thread that sleeps, and to get it back.
class Echo {
 public:
  Echo() : thread_([this] { answer(); }) {}
  Echo(const Echo&) = delete;
  Echo& operator=(const Echo&) = delete;
  ~Echo() {
    stopping_ = true;
    ring(asked_);
    thread_.join();
    close(asked_);
    close(answered_);
  }

  void ask() {
    ring(asked_);
    wait(answered_);
  }

 private:
  static void ring(int bell) { CHECK(eventfd_write(bell, 1) == 0); }
  static void wait(int bell) {
    eventfd_t count = 0;
    CHECK(eventfd_read(bell, &count) == 0);
  }
  void answer() {
    for (;;) {
      wait(asked_);
      if (stopping_) return;
      ring(answered_);
    }
  }

  const int asked_ = eventfd(0, EFD_CLOEXEC);
  const int answered_ = eventfd(0, EFD_CLOEXEC);
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace bench
