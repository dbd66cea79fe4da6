// The loop of an I/O thread: tasks, timers, and readiness of descriptors, on epoll(7).
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <vector>

#include "grantd/base/loop.h"

struct epoll_event;

namespace grantd::http {

enum class Interest { read, write };

// Told when what it waits for has come.
class Ready {
 public:
  virtual ~Ready() = default;
  virtual void on_ready(Interest interest) = 0;
};

class IoLoop final : public Loop {
 public:
  IoLoop();
  ~IoLoop() override;
  IoLoop(const IoLoop&) = delete;
  IoLoop& operator=(const IoLoop&) = delete;

  void run();   // on the loop's thread, until stop(); makes this the thread's current loop
  void stop();  // from any thread; tasks that are queued then are not run
  // Destroys what is queued; a task posted later is destroyed at once. Only after run() has ended.
  void close();
  void post(Task task) override;
  void at_round_end(Task task) override;
  void after(std::chrono::milliseconds delay, Task task);  // from the loop's thread
  // How long there was nothing to do, in all. From the loop's thread.
  std::chrono::nanoseconds slept() const { return slept_; }

 private:
  friend class Watch;
  struct Watched;
  struct Bell;
  using Clock = std::chrono::steady_clock;

  bool take_posted();  // false: stop() was called
  void run_posted();
  void run_timers();
  void end_round();
  void deliver();
  int patience();  // milliseconds, as epoll_wait takes it
  void wait_for_events();
  int wait(std::span<epoll_event> events);
  void forget(std::unique_ptr<Watched> watched);
  void bury();

  const int epoll_;
  const std::shared_ptr<const Bell> bell_;  // another thread has posted

  std::mutex mutex_;  // of what other threads touch
  std::vector<Task> posted_;
  bool sleeping_ = false;  // nobody will look at posted_ before an event comes
  std::atomic<bool> stopped_ = false;
  bool closed_ = false;

  // On the loop's thread only.
  std::vector<Task> tasks_;
  std::vector<Task> last_tasks_;  // of this round
  std::multimap<Clock::time_point, Task> timers_;
  std::chrono::nanoseconds slept_{};
  std::vector<Watched*> ready_;  // waited for what had come already
  // What events of this round may still name.
  std::vector<std::unique_ptr<Watched>> forgotten_;
};

// A descriptor that the loop watches, and owns: closed at the end. On the loop's thread only.
//
// It is registered once, edge-triggered, so that a wait costs no system call. Who waits must have
// taken all that was there: until the descriptor would block, or less came than was asked for.
class Watch {
 public:
  Watch(IoLoop& loop, int descriptor);  // non-blocking
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  int descriptor() const { return descriptor_; }
  // Calls who->on_ready() once; `who` is kept alive until then. One wait for each interest. Of one
  // that is closed nothing comes any more.
  void wait(Interest interest, std::shared_ptr<Ready> who);
  // The same where not all was taken: on_ready() comes in the next round.
  void wait_in_turn(Interest interest, std::shared_ptr<Ready> who);
  // Forgets the wait and closes the descriptor.
  void close();
  // Forgets the wait and gives the descriptor away, for another loop to watch.
  int release();

 private:
  void unwatch();
  IoLoop& loop_;
  int descriptor_;
  std::unique_ptr<IoLoop::Watched> watched_;  // null: closed
};

}  // namespace grantd::http
