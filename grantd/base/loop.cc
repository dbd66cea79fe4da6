#include "grantd/base/loop.h"

#include <utility>

namespace grantd {
namespace {

thread_local Loop* current_loop = nullptr;

}  // namespace

Loop* Loop::current() {
  return current_loop;
}

Loop* Loop::set_current(Loop* loop) {
  return std::exchange(current_loop, loop);
}

BlockingLoop::BlockingLoop() : previous_(set_current(this)) {}

BlockingLoop::~BlockingLoop() {
  set_current(previous_);
}

void BlockingLoop::post(Task task) {
  // Woken under the lock: who waits may destroy the loop as soon as it has the task.
  const std::lock_guard lock(mutex_);
  tasks_.push_back(std::move(task));
  ready_.notify_one();
}

void BlockingLoop::run_until(const bool& done) {
  while (!done) {
    Task task;
    {
      std::unique_lock lock(mutex_);
      ready_.wait(lock, [this] { return !tasks_.empty(); });
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    task();
  }
}

}  // namespace grantd
