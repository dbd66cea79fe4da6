// Threads for what blocks, so that nobody who checks a token does.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace grantd::guard {

class Errands {
 public:
  using Task = std::move_only_function<void()>;

  Errands(int threads, std::size_t waiting_max);
  // Drops what waits, waits for what runs.
  ~Errands();
  Errands(const Errands&) = delete;
  Errands& operator=(const Errands&) = delete;

  // Runs it on a thread of its own, soon; false where too many wait already.
  bool run(Task task);

 private:
  void work();

  const std::size_t waiting_max_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
  bool stopping_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace grantd::guard
