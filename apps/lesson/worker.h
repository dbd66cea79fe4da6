// One thread that works off what it is given, in order. What is played waits for sockets, and no
// I/O thread of a server may.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace grantd::lesson {

class Worker {
 public:
  using Task = std::move_only_function<void()>;

  // At most `most` tasks wait.
  explicit Worker(std::size_t most) : most_(most), thread_([this] { run(); }) {}
  ~Worker() { stop(); }
  Worker(const Worker&) = delete;
  Worker& operator=(const Worker&) = delete;

  // False: too many wait, or it was stopped; the task was not taken (and is as it was). From any
  // thread.
  bool post(Task& task) {
    {
      const std::lock_guard lock(mutex_);
      if (stopped_ || tasks_.size() >= most_) return false;
      tasks_.push_back(std::move(task));
    }
    ready_.notify_one();
    return true;
  }

  // Works off what waits, then ends. Not from the worker's own thread.
  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopped_ = true;
    }
    ready_.notify_one();
    if (thread_.joinable()) thread_.join();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      ready_.wait(lock, [this] { return stopped_ || !tasks_.empty(); });
      if (tasks_.empty()) return;
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    }
  }

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
  bool stopped_ = false;
  std::thread thread_;  // the last: it uses all of the above
};

}  // namespace grantd::lesson
