// The loop of an I/O thread: tasks, timers, and readiness of descriptors. The only place with Asio.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>

#include "grantd/base/loop.h"

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
  void after(std::chrono::milliseconds delay, Task task);  // from the loop's thread

 private:
  friend class Watch;
  class Asio;
  std::mutex mutex_;  // of asio_'s life; run() needs no lock
  std::unique_ptr<Asio> asio_;
};

// A descriptor that the loop watches, and owns: closed at the end. On the loop's thread only.
class Watch {
 public:
  Watch(IoLoop& loop, int descriptor);  // non-blocking
  ~Watch();
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  int descriptor() const { return descriptor_; }
  // Calls who->on_ready() once; `who` is kept alive until then. One wait for each interest.
  void wait(Interest interest, std::shared_ptr<Ready> who);
  // Forgets the wait and closes the descriptor.
  void close();

 private:
  class Asio;
  int descriptor_;
  std::unique_ptr<Asio> asio_;
};

}  // namespace grantd::http
