// The connections and the flows that run over them: one thread, epoll, HTTP/1.1 keep-alive.
//
// Closed loop: each connection begins its next flow when the last has ended. Open loop: flows begin
// at fixed times whatever the server does; a flow's time counts from when it was to begin, so that
// what waits for a connection counts too (no coordinated omission).
#pragma once

#include <sys/epoll.h>

#include <chrono>
#include <deque>
#include <random>
#include <string>
#include <unordered_set>

#include "bench/loadgen/meter.h"
#include "bench/loadgen/scenario.h"

namespace loadgen {

using Clock = std::chrono::steady_clock;

struct Options {
  std::size_t connections = 1;   // open loop: at most so many
  std::size_t flows_max = 0;     // 0: as many as the time allows
  std::size_t verify_every = 64; // the signature of every nth token; 0: of none
  double warm_seconds = 0;
  double seconds = 5;
  double rate = 0;               // flows a second to begin; 0: closed loop
  bool fresh = false;            // a new connection for each flow
  std::vector<std::string> processes;
};

struct Answer {
  int status = 0;
  bool retry_after = false;
  std::string location;
  std::string body;
};

struct Connection {
  int descriptor = -1;
  std::size_t step = 0;
  bool preparing = true, idle = true, reconnect = false;
  Values values;
  std::map<std::string, std::string> jar;
  std::string out, in;
  std::size_t written = 0;
  Clock::time_point flow_start, step_start;
};

class Engine {
 public:
  Engine(Scenario& scenario, Options options);
  void run();
  grantd::Json report();
  bool good() const { return flows_ > 0 && errors_ == 0; }

 private:
  enum class Phase { prepare, warm, run, done };

  void open(Connection& connection);
  void flush(Connection& connection);
  void begin_flow(Connection& connection, Clock::time_point since);
  void send_step(Connection& connection);
  void end_step(Connection& connection);
  void end_flow(Connection& connection);
  void wrong(Connection& connection, const std::string& reason);
  void shed(Connection& connection, const Answer& answer);
  void rest(Connection& connection);
  void on_event(Connection& connection, std::uint32_t events);
  void read(Connection& connection, bool& closed);
  bool take_answer(Connection& connection, Answer& answer, bool closed);
  std::string check(Connection& connection, const Answer& answer);
  std::string check_location(Connection& connection, const Answer& answer);
  std::string check_body(Connection& connection, const Answer& answer);
  std::string check_jwt(Connection& connection, const JwtCheck& wanted);
  void next_phase();
  void begin(Phase phase, double seconds);
  void arrive(Clock::time_point now);
  void give_up(Clock::time_point now);
  int wait(epoll_event* events, int count);
  std::string random_text(std::size_t words);
  Step& current(Connection& connection);

  Scenario& scenario_;
  const Options options_;
  const int epoll_;
  std::vector<Connection> connections_;
  std::mt19937_64 random_{std::random_device{}()};

  Phase phase_ = Phase::prepare;
  Clock::time_point phase_start_, deadline_, last_done_, next_arrival_;
  std::vector<Connection*> resting_;
  std::deque<Clock::time_point> late_;  // flows that are to begin and have no connection
  std::size_t begun_ = 0, flows_ = 0, errors_ = 0, shed_ = 0, never_begun_ = 0, late_max_ = 0;
  std::size_t reconnects_ = 0, verified_ = 0, user_ = 0, tokens_seen_ = 0;
  std::map<std::string, double> cpu_before_, cpu_after_;
  double own_before_ = 0, own_after_ = 0, all_before_ = 0, all_after_ = 0;
  double signature_before_ = 0, signature_after_ = 0;
  std::vector<std::uint32_t> flow_micros_, shed_micros_;
  std::map<std::string, std::size_t> why_;
  std::unordered_set<std::size_t> seen_;
};

}  // namespace loadgen
