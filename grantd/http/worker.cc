#include "grantd/http/worker.h"

#include <netinet/in.h>
#include <pthread.h>
#include <sys/socket.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "grantd/base/log.h"
#include "grantd/base/secret.h"
#include "grantd/http/connection.h"

namespace grantd::http {
namespace {

constexpr std::chrono::milliseconds kTick{250};
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::milliseconds kLingerTimeMax{1000};
constexpr int kAcceptsPerTurn = 64;
// Bounds how many others the first reply of a long round waits for.
constexpr std::size_t kRepliesTogether = 16;
constexpr std::size_t kSpareBytesMax = 16 * 1024;  // of a reply whose memory is kept

std::size_t index(Phase phase) { return static_cast<std::size_t>(phase); }

// Good to a few milliseconds, and a tenth of the cost of steady_clock::now(); the same epoch.
Moment coarse_now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return Moment(std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec));
}

}  // namespace

std::shared_ptr<TlsContext> ServerState::tls() {
  const std::lock_guard lock(mutex);
  return tls_;
}

void ServerState::set_tls(std::shared_ptr<TlsContext> context) {
  const std::lock_guard lock(mutex);
  tls_ = std::move(context);
}

class Worker::Listener final : public Ready, public std::enable_shared_from_this<Listener> {
 public:
  Listener(Worker& owner, int descriptor) : watch(owner.loop_, descriptor), owner_(&owner) {}
  void on_ready(Interest) override {
    if (owner_) owner_->accept_some();
  }
  void wait() { watch.wait(Interest::read, shared_from_this()); }
  void wait_in_turn() { watch.wait_in_turn(Interest::read, shared_from_this()); }
  void close() {
    owner_ = nullptr;
    watch.close();
  }
  bool closed() const { return owner_ == nullptr; }

  Watch watch;

 private:
  Worker* owner_;
};

Worker::Worker(std::shared_ptr<ServerState> state) : state_(std::move(state)) {}
Worker::~Worker() = default;

void Worker::listen(int descriptor) {
  listener_ = std::make_shared<Listener>(*this, descriptor);
  listener_->wait();
}

void Worker::run() {
  pthread_setname_np(pthread_self(), "io");
  loop_.run();
}

void Worker::accept_some() {
  bool more = true;
  for (int i = 0; i < kAcceptsPerTurn; ++i) {
    sockaddr_storage from{};
    socklen_t size = sizeof from;
    auto* address = reinterpret_cast<sockaddr*>(&from);
    const int descriptor = accept4(listener_->watch.descriptor(), address, &size,
                                   SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor >= 0) {
      const auto peer = IpAddress::of(address);
      admit(descriptor, peer ? *peer : IpAddress{});
      continue;
    }
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      more = false;
      break;
    }
    if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
      // After the first the queue may be empty: the descriptor is asked for before it is looked at.
      if (i == 0) {
        log::error("accept_failed", {{"why", std::string_view(std::strerror(errno))}});
        evict_one();
      }
      // What is in the queue stays there and would be reported at once again.
      loop_.after(kAcceptPause, [listener = listener_] {
        if (!listener->closed()) listener->wait_in_turn();
      });
      return;
    }
    // Else the connection was gone before it was taken (accept(2), "Error handling").
  }
  if (stopping_) return;
  if (more) return listener_->wait_in_turn();
  listener_->wait();
}

void Worker::admit(int descriptor, const IpAddress& peer) {
  // HT-10: past the limit the longest idle one goes, and if none is, the newcomer.
  const std::size_t before = state_->connections.fetch_add(1);
  const bool full = before >= state_->options.connections_max && !evict_one();
  const auto connection = std::make_shared<Connection>(*this, descriptor, peer, state_->tls());
  connection->start();
  if (full) return connection->close();
  schedule_tick();
}

bool Worker::evict_one() {
  for (const Phase phase : {Phase::idle, Phase::closing, Phase::handshake, Phase::head}) {
    auto& waiting = phases_[index(phase)];
    if (waiting.empty()) continue;
    const std::shared_ptr<Connection> oldest = waiting.front();
    oldest->close();
    return true;
  }
  return false;
}

Worker::Place Worker::enter(std::shared_ptr<Connection> connection, Phase phase) {
  auto& list = phases_[index(phase)];
  return list.insert(list.end(), std::move(connection));
}

void Worker::move(Place place, Phase from, Phase to) {
  auto& list = phases_[index(to)];
  list.splice(list.end(), phases_[index(from)], place);
}

void Worker::leave(Place place, Phase phase) {
  phases_[index(phase)].erase(place);
  state_->connections.fetch_sub(1);
  if (stopping_) report_if_drained();
}

Moment Worker::deadline(Phase phase) const {
  const ServerOptions& options = state_->options;
  const Moment now = coarse_now();
  switch (phase) {
    case Phase::handshake: return now + options.header_time_max;  // TL-03
    case Phase::idle: return now + options.idle_time_max;
    case Phase::head: return now + options.header_time_max;  // HT-08
    case Phase::body: return now + options.body_time_max;    // HT-09
    case Phase::handling: return Moment::max();
    case Phase::writing: return now + options.write_time_max;  // HT-09
    case Phase::closing: return now + kLingerTimeMax;
  }
  return now;
}

std::unique_ptr<RequestParser> Worker::take_parser() {
  if (spare_parser_) return std::move(spare_parser_);
  return std::make_unique<RequestParser>(state_->limits);
}

void Worker::give_back(std::unique_ptr<RequestParser> parser) {
  parser->reset();
  spare_parser_ = std::move(parser);
}

std::string Worker::take_buffer() {
  if (spare_buffers_.empty()) return {};
  std::string buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffer;
}

void Worker::give_back(std::string buffer) {
  // Checklist OP-07: no token stays in a buffer until somebody's next reply.
  wipe(buffer.data(), buffer.size());
  if (buffer.capacity() > kSpareBytesMax || spare_buffers_.size() == kRepliesTogether) return;
  spare_buffers_.push_back(std::move(buffer));
}

void Worker::write_soon(std::shared_ptr<Connection> connection) {
  to_write_.push_back(std::move(connection));
  if (to_write_.size() == kRepliesTogether) return write_replies();
  if (to_write_.size() == 1) loop_.at_round_end([this] { write_replies(); });
}

void Worker::write_replies() {
  std::vector<std::shared_ptr<Connection>> now;
  now.swap(to_write_);
  for (const auto& connection : now) connection->write_now();
  if (to_write_.empty()) {  // keeps the memory for the next round
    now.clear();
    to_write_.swap(now);
  }
}

void Worker::schedule_tick() {
  if (ticking_) return;
  ticking_ = true;
  loop_.after(kTick, [this] {
    ticking_ = false;
    tick();
  });
}

void Worker::tick() {
  const Moment now = coarse_now();
  bool any = false;
  for (auto& phase : phases_) {
    while (!phase.empty() && phase.front()->deadline() <= now) {
      const std::shared_ptr<Connection> late = phase.front();
      late->expire();
    }
    any = any || !phase.empty();
  }
  if (any) schedule_tick();
}

void Worker::drain() {
  if (stopping_) return;
  // Whoever the kernel has let in already is served before the socket goes.
  accept_some();
  stopping_ = true;
  listener_->close();
  std::vector<std::shared_ptr<Connection>> idle(phases_[index(Phase::idle)].begin(),
                                                phases_[index(Phase::idle)].end());
  for (const auto& connection : idle) connection->stop();
  report_if_drained();
}

void Worker::report_if_drained() {
  const bool empty = std::all_of(phases_.begin(), phases_.end(),
                                 [](const auto& phase) { return phase.empty(); });
  if (!empty || reported_) return;
  reported_ = true;
  const std::lock_guard lock(state_->mutex);
  --state_->workers_draining;
  state_->drained.notify_all();
}

void Worker::finish() {
  stopping_ = true;
  // What was answered in this round still leaves.
  while (!to_write_.empty()) write_replies();
  for (auto& phase : phases_) {
    while (!phase.empty()) {
      const std::shared_ptr<Connection> last = phase.front();
      last->close();
    }
  }
  // What the loop watches must not outlive it.
  listener_->close();
  listener_.reset();
  loop_.stop();
}

}  // namespace grantd::http
