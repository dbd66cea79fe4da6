#include "grantd/http/io_loop.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

namespace grantd::http {

namespace asio = boost::asio;
using Error = boost::system::error_code;
using Executor = asio::io_context::executor_type;

class IoLoop::Asio {
 public:
  // One thread runs it, any thread posts to it.
  asio::io_context context{1};
  asio::executor_work_guard<Executor> stays = asio::make_work_guard(context);
};

IoLoop::IoLoop() : asio_(std::make_unique<Asio>()) {}
IoLoop::~IoLoop() { close(); }

void IoLoop::run() {
  Loop* previous = set_current(this);
  asio_->context.run();
  set_current(previous);
}

void IoLoop::stop() {
  const std::lock_guard lock(mutex_);
  if (asio_) asio_->context.stop();
}

void IoLoop::close() {
  std::unique_ptr<Asio> closing;
  {
    const std::lock_guard lock(mutex_);
    closing = std::move(asio_);
  }
  // Destroyed without the lock: a task that dies may post.
}

void IoLoop::post(Task task) {
  const std::lock_guard lock(mutex_);
  if (asio_) asio::post(asio_->context, std::move(task));
}

void IoLoop::after(std::chrono::milliseconds delay, Task task) {
  if (!asio_) return;
  auto timer = std::make_shared<asio::steady_timer>(asio_->context, delay);
  timer->async_wait([timer, task = std::move(task)](const Error& error) mutable {
    if (!error) task();
  });
}

class Watch::Asio {
 public:
  Asio(asio::io_context& context, int descriptor) : stream(context, descriptor) {}
  asio::posix::basic_stream_descriptor<Executor> stream;
};

Watch::Watch(IoLoop& loop, int descriptor)
    : descriptor_(descriptor), asio_(std::make_unique<Asio>(loop.asio_->context, descriptor)) {}
Watch::~Watch() = default;

void Watch::wait(Interest interest, std::shared_ptr<Ready> who) {
  using Wait = asio::posix::descriptor_base;
  asio_->stream.async_wait(interest == Interest::read ? Wait::wait_read : Wait::wait_write,
                           [interest, who = std::move(who)](const Error& error) {
                             // Cancelled: close() was called, or the loop is going away. Other
                             // errors show themselves at the next read or write.
                             if (error != asio::error::operation_aborted) who->on_ready(interest);
                           });
}

void Watch::close() {
  Error ignored;
  asio_->stream.close(ignored);
}

}  // namespace grantd::http
