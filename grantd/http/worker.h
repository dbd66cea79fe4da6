// One I/O thread of the server: its loop, its connections and their limits. The first has the
// listening socket.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "grantd/http/balance.h"
#include "grantd/http/io_loop.h"
#include "grantd/http/parser.h"
#include "grantd/http/proxies.h"
#include "grantd/http/reply.h"
#include "grantd/http/server.h"
#include "grantd/http/strict.h"
#include "grantd/http/thread_load.h"
#include "grantd/http/tls.h"

namespace grantd::http {

class Connection;
class Worker;

// What a connection is busy with. All but `handling` end when their time is over.
enum class Phase { handshake, idle, head, body, handling, writing, closing };
constexpr std::size_t kPhases = 7;

using Moment = std::chrono::steady_clock::time_point;

// Connections that the kernel keeps until they are taken.
inline constexpr std::size_t kBacklog = 4096;

// What the workers of one server share.
struct ServerState {
  ServerOptions options;
  HeadLimits limits;
  Handler handler;
  NetworkList proxies;
  std::atomic<std::size_t> connections = 0;
  std::vector<Worker*> workers;  // complete before the first runs; they outlive what they run

  std::shared_ptr<TlsContext> tls();  // null: plain HTTP
  void set_tls(std::shared_ptr<TlsContext> context);

  std::mutex mutex;
  std::condition_variable drained;
  int workers_draining = 0;
  int moving = 0;  // connections, from one worker to another

 private:
  std::shared_ptr<TlsContext> tls_;
};

class Worker final : public std::enable_shared_from_this<Worker> {
 public:
  Worker(std::shared_ptr<ServerState> state, std::size_t number);
  ~Worker();

  IoLoop& loop() { return loop_; }
  ServerState& state() { return *state_; }
  bool stopping() const { return stopping_; }

  // From any thread.
  int load() const { return load_.load(std::memory_order_relaxed); }

  // From any thread, before run(): takes the listening socket.
  void listen(int descriptor);
  void run();
  // On the loop's thread: no new connections, idle ones close, the others after their reply. The
  // last one reports to ServerState::drained.
  void drain();
  // On the loop's thread: closes all and ends run().
  void finish();

  using Place = std::list<std::shared_ptr<Connection>>::iterator;

  // Where a connection is served (balance.h), on the loop's thread. Whoever is sent off is welcomed
  // by the other worker on its thread, after it has entered there.
  std::uint64_t tick_number() const { return tick_number_; }
  // Of one that had not replied since the last tick: whether it may move.
  bool count_active();
  Worker* take_move();  // null: no more of them
  void send_off(Place place, Phase phase);
  void welcome(bool makes_room);

  // For connections, on the loop's thread.
  Place enter(std::shared_ptr<Connection> connection, Phase phase);
  void move(Place place, Phase from, Phase to);
  void leave(Place place, Phase phase);
  Moment deadline(Phase phase) const;  // of one that enters the phase now
  std::string_view date() { return date_.now(); }
  std::span<char> scratch() { return scratch_; }
  // What one request at a time needs, kept from one to the next. An idle connection has none.
  std::unique_ptr<RequestParser> take_parser();
  void give_back(std::unique_ptr<RequestParser> parser);
  std::string take_buffer();
  void give_back(std::string buffer);  // wiped: it held a reply
  // Calls write_now() when the round of the loop ends, or when enough have gathered: the replies of
  // a round leave one after the other. Whom the first of them wakes finds the others there.
  void write_soon(std::shared_ptr<Connection> connection);
  void write_replies();  // the ones that wait for that

 private:
  class Listener;
  bool accept_some();  // whether there may be more
  void balance();
  void admit(int descriptor, const IpAddress& peer);
  bool evict_one();
  Worker* with_the_longest_idle();  // as each told at its last tick; null: none is idle
  void tick();
  void schedule_tick();
  void wait_for_tick();
  void tell_longest_idle();
  void report_if_drained();

  std::shared_ptr<ServerState> state_;
  const std::size_t number_;
  IoLoop loop_;
  std::shared_ptr<Listener> listener_;  // null: the first worker's, or closed
  // By phase, each in the order of entry and so of deadlines: a tick looks at the fronts only.
  std::array<std::list<std::shared_ptr<Connection>>, kPhases> phases_;
  DateText date_;
  // Of this thread in the last tick, in percent.
  std::atomic<int> load_ = 0;
  std::atomic<Moment> longest_idle_ = Moment::max();  // when its time is over; max: none is
  ThreadLoad measured_load_;
  std::uint64_t tick_number_ = 1;
  int active_ = 0;            // connections that replied since then
  std::optional<Move> move_;  // until the next tick
  bool next_goes_ = false;    // of two connections one is given away
  bool ticking_ = false;
  bool stopping_ = false;
  bool reported_ = false;
  std::unique_ptr<RequestParser> spare_parser_;  // null: in use, or none yet
  std::vector<std::string> spare_buffers_;
  std::vector<std::shared_ptr<Connection>> to_write_;
  std::array<char, 16 * 1024> scratch_;  // what is being read, by whichever connection reads
};

}  // namespace grantd::http
