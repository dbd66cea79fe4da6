// The loop that a completion comes back to. http/ gives each I/O thread one; tests and the command
// line use BlockingLoop.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

namespace grantd {

class Loop {
 public:
  using Task = std::move_only_function<void()>;
  virtual ~Loop() = default;
  // Runs the task on the loop's thread, later. From any thread.
  virtual void post(Task task) = 0;
  // Runs the task once what came together has been worked off; a loop without rounds runs it now.
  // From the loop's thread.
  virtual void at_round_end(Task task) { task(); }

  // The loop of this thread; null where the thread has none.
  static Loop* current();

 protected:
  // Makes `loop` this thread's current one (null: none) and gives what was there.
  static Loop* set_current(Loop* loop);
};

// A loop for a thread that waits: run_until(done) works off tasks until `done` is true.
class BlockingLoop final : public Loop {
 public:
  BlockingLoop();
  ~BlockingLoop() override;
  BlockingLoop(const BlockingLoop&) = delete;
  BlockingLoop& operator=(const BlockingLoop&) = delete;
  void post(Task task) override;
  void run_until(const bool& done);

 private:
  Loop* previous_;
  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Task> tasks_;
};

}  // namespace grantd
