#include "grantd/http/server.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <thread>

#include "grantd/base/check.h"
#include "grantd/base/log.h"
#include "grantd/http/tls.h"
#include "grantd/http/worker.h"

namespace grantd::http {
namespace {

constexpr int kThreadsMax = 256;

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  int get() const { return value_; }
  int release() { return std::exchange(value_, -1); }

 private:
  int value_;
};

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
  std::string text;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};

Result<Endpoint, std::string> endpoint(const std::string& address, std::uint16_t port) {
  const auto parsed = IpAddress::parse(address);
  if (!parsed) return fail("listen address \"" + address + "\": expected an IP address");
  Endpoint made;
  if (parsed->is_v4()) {
    auto* four = reinterpret_cast<sockaddr_in*>(&made.storage);
    four->sin_family = AF_INET;
    four->sin_port = htons(port);
    std::memcpy(&four->sin_addr, parsed->bytes().data() + 12, 4);
    made.size = sizeof *four;
    made.text = parsed->text() + ":" + std::to_string(port);
    return made;
  }
  auto* six = reinterpret_cast<sockaddr_in6*>(&made.storage);
  six->sin6_family = AF_INET6;
  six->sin6_port = htons(port);
  std::memcpy(&six->sin6_addr, parsed->bytes().data(), 16);
  made.size = sizeof *six;
  made.text = "[" + parsed->text() + "]:" + std::to_string(port);
  return made;
}

std::uint16_t port_of(int descriptor) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  CHECK(getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size) == 0);
  return ntohs(bound.ss_family == AF_INET
                   ? reinterpret_cast<const sockaddr_in*>(&bound)->sin_port
                   : reinterpret_cast<const sockaddr_in6*>(&bound)->sin6_port);
}

Result<Descriptor, std::string> listen_on(const ServerOptions& options) {
  const Endpoint to = TRY(endpoint(options.address, options.port));
  const auto failed = [&] {
    return fail("listening on " + to.text + ": " + std::strerror(errno));
  };
  Descriptor made(socket(to.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (made.get() < 0) return failed();
  const int on = 1;
  setsockopt(made.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(made.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);  // connections inherit it
  if (bind(made.get(), to.get(), to.size) != 0) return failed();
  if (::listen(made.get(), static_cast<int>(kBacklog)) != 0) return failed();
  return made;
}

// Signals are for the main thread; those that a fault raises stay with the thread at fault.
class SignalsBlocked {
 public:
  SignalsBlocked() {
    sigset_t all;
    sigfillset(&all);
    for (const int fault : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP}) {
      sigdelset(&all, fault);
    }
    pthread_sigmask(SIG_SETMASK, &all, &previous_);
  }
  ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &previous_, nullptr); }
  SignalsBlocked(const SignalsBlocked&) = delete;
  SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
  sigset_t previous_{};
};

class Listening final : public Server {
 public:
  Listening(std::shared_ptr<ServerState> state, Descriptor socket)
      : state_(std::move(state)), port_(port_of(socket.get())) {
    for (int i = 0; i < state_->options.threads; ++i) {
      workers_.push_back(std::make_shared<Worker>(state_, workers_.size()));
      state_->workers.push_back(workers_.back().get());
    }
    workers_.front()->listen(socket.release());
    const SignalsBlocked blocked;
    for (const auto& worker : workers_) threads_.emplace_back([worker] { worker->run(); });
  }

  ~Listening() override {
    stop(std::chrono::milliseconds(0));
    // Destroys what was posted too late; such a task may hold a Respond and so the worker itself.
    for (const auto& worker : workers_) worker->loop().close();
  }

  std::uint16_t port() const override { return port_; }

  void stop(std::chrono::milliseconds drain) override {
    if (threads_.empty()) return;
    for (const auto& worker : workers_) CHECK(Loop::current() != &worker->loop());
    {
      std::unique_lock lock(state_->mutex);
      state_->workers_draining = static_cast<int>(workers_.size());
      for (const auto& worker : workers_) worker->loop().post([worker] { worker->drain(); });
      const bool drained = state_->drained.wait_for(
          lock, drain, [this] { return state_->workers_draining == 0 && state_->moving == 0; });
      if (!drained && drain.count() > 0) log::warning("connections_cut", {});
    }
    for (const auto& worker : workers_) worker->loop().post([worker] { worker->finish(); });
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  Result<Unit, std::string> reload_tls() override {
    const auto& tls = state_->options.tls;
    if (!tls) return fail(std::string("this listener has no TLS to reload"));
    state_->set_tls(TRY(TlsContext::for_server(*tls)));
    return Unit{};
  }

 private:
  std::shared_ptr<ServerState> state_;
  std::uint16_t port_;
  std::vector<std::shared_ptr<Worker>> workers_;
  std::vector<std::thread> threads_;
};

}  // namespace

Result<std::unique_ptr<Server>, std::string> Server::start(ServerOptions options, Handler handler) {
  if (options.threads < 1 || options.threads > kThreadsMax) {
    return fail("threads: expected 1 to " + std::to_string(kThreadsMax) + ", found " +
                std::to_string(options.threads));
  }
  auto state = std::make_shared<ServerState>();
  state->proxies = TRY(NetworkList::parse(options.trusted_proxies));
  if (options.tls) state->set_tls(TRY(TlsContext::for_server(*options.tls)));
  Descriptor socket = TRY(listen_on(options));
  state->limits = {options.header_bytes_max, options.target_bytes_max, options.body_bytes_max};
  state->options = std::move(options);
  state->handler = std::move(handler);
  return std::make_unique<Listening>(std::move(state), std::move(socket));
}

}  // namespace grantd::http
