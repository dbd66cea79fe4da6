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
constexpr std::size_t kAcceptsPerTurn = 64;
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
    if (owner_) (void)owner_->accept_some();
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

Worker::Worker(std::shared_ptr<ServerState> state, std::size_t number)
    : state_(std::move(state)), number_(number) {}
Worker::~Worker() = default;

void Worker::listen(int descriptor) {
  listener_ = std::make_shared<Listener>(*this, descriptor);
  listener_->wait();
}

void Worker::run() {
  pthread_setname_np(pthread_self(), "io");
  loop_.run();
}

bool Worker::accept_some() {
  bool more = true;
  for (std::size_t i = 0; i < kAcceptsPerTurn; ++i) {
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
        Worker* const idlest = with_the_longest_idle();
        if (idlest && idlest != this) {
          idlest->loop_.post([idlest] { idlest->evict_one(); });
        } else {
          evict_one();
        }
      }
      // What is in the queue stays there and would be reported at once again.
      loop_.after(kAcceptPause, [listener = listener_] {
        if (!listener->closed()) listener->wait_in_turn();
      });
      return false;
    }
    // Else the connection was gone before it was taken (accept(2), "Error handling").
  }
  if (more) {
    listener_->wait_in_turn();
  } else {
    listener_->wait();
  }
  return more;
}

void Worker::admit(int descriptor, const IpAddress& peer) {
  // HT-10: past the limit the longest idle one goes, and if none is, the newcomer.
  const std::size_t before = state_->connections.fetch_add(1);
  const bool full = before >= state_->options.connections_max;
  Worker* const idlest = full ? with_the_longest_idle() : nullptr;
  const bool elsewhere = idlest && idlest != this;
  // Those that are on their way to another worker make room only there.
  const bool no_room = full && (elsewhere ? before >= state_->options.connections_max +
                                                          kAcceptsPerTurn
                                          : !evict_one());
  const auto connection = std::make_shared<Connection>(*this, descriptor, peer, state_->tls());
  connection->start();
  if (no_room) return connection->close();
  schedule_tick();
  if (elsewhere) return connection->move_to(*idlest, Connection::Arrival::makes_room);
  // Those that stay for one request only are not there to be moved later.
  if (!move_) return;
  next_goes_ = !next_goes_;
  if (next_goes_) connection->move_to(*state_->workers[move_->to]);
}

Worker* Worker::with_the_longest_idle() {
  tell_longest_idle();
  const auto idlest = std::ranges::min_element(state_->workers, {}, [](const Worker* worker) {
    return worker->longest_idle_.load(std::memory_order_relaxed);
  });
  return (*idlest)->longest_idle_.load(std::memory_order_relaxed) == Moment::max() ? nullptr
                                                                                   : *idlest;
}

void Worker::tell_longest_idle() {
  const auto& idle = phases_[index(Phase::idle)];
  longest_idle_.store(idle.empty() ? Moment::max() : idle.front()->deadline(),
                      std::memory_order_relaxed);
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

void Worker::send_off(Place place, Phase phase) {
  phases_[index(phase)].erase(place);
  const std::lock_guard lock(state_->mutex);
  ++state_->moving;
}

void Worker::welcome(bool makes_room) {
  schedule_tick();
  {
    const std::lock_guard lock(state_->mutex);
    --state_->moving;
    // It was on its way when this worker said that it had none any more.
    if (std::exchange(reported_, false)) ++state_->workers_draining;
    state_->drained.notify_all();
  }
  if (!makes_room || state_->connections <= state_->options.connections_max) return;
  evict_one();  // the newcomer, where no other is idle
  tell_longest_idle();
}

bool Worker::count_active() {
  if (state_->workers.size() == 1) return false;
  ++active_;
  if (!move_ || move_->connections == 0) return false;
  // Who gathers gives all. Else every second one, so that the busiest do not stay together.
  next_goes_ = !next_goes_;
  return next_goes_ || load() <= state_->options.balance.full;
}

Worker* Worker::take_move() {
  if (!move_ || move_->connections == 0 || stopping_) return nullptr;
  --move_->connections;
  return state_->workers[move_->to];
}

void Worker::balance() {
  load_.store(measured_load_.measure(loop_.slept()), std::memory_order_relaxed);
  tell_longest_idle();
  ++tick_number_;
  std::vector<int> loads;
  for (const Worker* worker : state_->workers) loads.push_back(worker->load());
  move_ = move_of(number_, loads, std::exchange(active_, 0), state_->options.balance);
}

void Worker::schedule_tick() {
  if (std::exchange(ticking_, true)) return;
  if (state_->workers.size() > 1) measured_load_.begin(loop_.slept());
  wait_for_tick();
}

void Worker::wait_for_tick() {
  loop_.after(kTick, [this] { tick(); });
}

void Worker::tick() {
  const Moment now = coarse_now();
  for (auto& phase : phases_) {
    while (!phase.empty() && phase.front()->deadline() <= now) {
      const std::shared_ptr<Connection> late = phase.front();
      late->expire();
    }
  }
  if (state_->workers.size() > 1) balance();
  ticking_ = std::ranges::any_of(phases_, [](const auto& phase) { return !phase.empty(); });
  if (ticking_) return wait_for_tick();
  load_.store(0, std::memory_order_relaxed);
  move_.reset();
}

void Worker::drain() {
  if (stopping_) return;
  // Whoever the kernel has let in already is served before the socket goes.
  for (std::size_t turn = 0; listener_ && turn < kBacklog / kAcceptsPerTurn; ++turn) {
    if (!accept_some()) break;
  }
  stopping_ = true;
  if (listener_) listener_->close();
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
  if (listener_) listener_->close();
  listener_.reset();
  loop_.stop();
}

}  // namespace grantd::http
