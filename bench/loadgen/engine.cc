#include "bench/loadgen/engine.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "bench/loadgen/text.h"
#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"

namespace loadgen {
namespace {

constexpr std::chrono::seconds kAnswerTimeMax{20};
constexpr std::size_t kReasonsMax = 20;
constexpr std::size_t kLateMax = 200'000;

std::uint32_t micros(Clock::time_point from, Clock::time_point to) {
  return static_cast<std::uint32_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(to - from).count());
}

double sum(const std::map<std::string, double>& parts) {
  double out = 0;
  for (const auto& [name, value] : parts) out += value;
  return out;
}

}  // namespace

Engine::Engine(Scenario& scenario, Options options)
    : scenario_(scenario), options_(std::move(options)), epoll_(epoll_create1(0)) {}

Step& Engine::current(Connection& connection) {
  return connection.preparing ? scenario_.prepare[connection.step]
                              : scenario_.steps[connection.step];
}

void Engine::open(Connection& connection) {
  if (connection.descriptor >= 0) close(connection.descriptor);
  connection.descriptor = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  if (connection.descriptor < 0) die("no more sockets");
  const int on = 1;
  setsockopt(connection.descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<std::uint16_t>(scenario_.port));
  inet_pton(AF_INET, scenario_.host.c_str(), &to.sin_addr);
  if (connect(connection.descriptor, reinterpret_cast<sockaddr*>(&to), sizeof to) != 0 &&
      errno != EINPROGRESS) {
    die("cannot connect");
  }
  epoll_event event{EPOLLIN | EPOLLOUT | EPOLLET, {.ptr = &connection}};
  epoll_ctl(epoll_, EPOLL_CTL_ADD, connection.descriptor, &event);
  connection.in.clear();
  connection.reconnect = false;
}

void Engine::flush(Connection& connection) {
  while (connection.written < connection.out.size()) {
    const ssize_t sent = send(connection.descriptor, connection.out.data() + connection.written,
                              connection.out.size() - connection.written, MSG_NOSIGNAL);
    if (sent <= 0) return;
    connection.written += static_cast<std::size_t>(sent);
  }
}

std::string Engine::random_text(std::size_t words) {
  std::uint64_t drawn[4];
  for (std::size_t i = 0; i < words; ++i) drawn[i] = random_();
  return grantd::base64url_encode({reinterpret_cast<const std::uint8_t*>(drawn), words * 8});
}

void Engine::begin_flow(Connection& connection, Clock::time_point since) {
  connection.idle = false;
  if (phase_ == Phase::run) ++begun_;
  Values& values = connection.values;
  if (!scenario_.users.empty()) {
    for (const auto& [variable, value] : scenario_.users[user_ % scenario_.users.size()]) {
      values[variable] = value;
    }
  }
  values[scenario_.flow] = std::to_string(user_++);
  values[scenario_.state] = random_text(2);
  values[scenario_.nonce] = random_text(2);
  values[scenario_.verifier] = random_text(4);
  values[scenario_.challenge] =
      grantd::base64url_encode(grantd::sha256(values[scenario_.verifier]));
  connection.jar.clear();
  connection.step = 0;
  connection.flow_start = since;
  if (options_.fresh && !connection.preparing) connection.reconnect = true;
  send_step(connection);
}

void Engine::send_step(Connection& connection) {
  const Step& step = current(connection);
  std::string& out = connection.out;
  out.clear();
  connection.written = 0;
  step.head.fill(out, connection.values);
  if (scenario_.cookies && !connection.jar.empty()) {
    const char* between = "Cookie: ";
    for (const auto& [name, value] : connection.jar) {
      out.append(between).append(name).append("=").append(value);
      between = "; ";
    }
    out += "\r\n";
  }
  if (step.has_body) {
    std::string body;
    step.body.fill(body, connection.values);
    out += "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  } else {
    out += "\r\n";
  }
  connection.step_start = Clock::now();
  if (connection.reconnect || connection.descriptor < 0) {
    if (connection.descriptor >= 0) ++reconnects_;
    open(connection);
  }
  flush(connection);
}

void Engine::wrong(Connection& connection, const std::string& reason) {
  const std::string where = current(connection).name + ": " + reason;
  if (connection.preparing) die("while preparing: " + where);
  if (why_.size() < kReasonsMax || why_.contains(where)) ++why_[where];
  if (phase_ == Phase::run) ++errors_;
  end_flow(connection);
}

// The server said that it is too busy: no error and no work done.
void Engine::shed(Connection& connection, const Answer& answer) {
  if (!answer.retry_after) return wrong(connection, "too busy, and no Retry-After");
  if (phase_ == Phase::run) {
    ++shed_;
    shed_micros_.push_back(micros(connection.step_start, Clock::now()));
  }
  end_flow(connection);
}

void Engine::end_step(Connection& connection) {
  const auto now = Clock::now();
  if (phase_ == Phase::run) {
    current(connection).micros.push_back(micros(connection.step_start, now));
  }
  auto& list = connection.preparing ? scenario_.prepare : scenario_.steps;
  if (++connection.step < list.size()) return send_step(connection);
  connection.step = 0;
  if (connection.preparing) {
    connection.preparing = false;
    return rest(connection);
  }
  if (phase_ == Phase::run) {
    flow_micros_.push_back(micros(connection.flow_start, now));
    ++flows_;
  }
  end_flow(connection);
}

void Engine::end_flow(Connection& connection) {
  last_done_ = Clock::now();
  const bool enough = phase_ == Phase::run && options_.flows_max > 0 &&
                      begun_ >= options_.flows_max;
  if (options_.rate > 0 && !late_.empty() && !enough) {
    const auto since = late_.front();
    late_.pop_front();
    return begin_flow(connection, since);
  }
  if (options_.rate > 0 || phase_ == Phase::prepare || last_done_ >= deadline_ || enough) {
    return rest(connection);
  }
  begin_flow(connection, last_done_);
}

void Engine::rest(Connection& connection) {
  connection.idle = true;
  resting_.push_back(&connection);
}

void Engine::on_event(Connection& connection, std::uint32_t events) {
  bool closed = (events & (EPOLLERR | EPOLLHUP)) != 0;
  if (events & EPOLLOUT) flush(connection);
  read(connection, closed);
  if (!connection.idle && !connection.in.empty()) {
    Answer answer;
    if (take_answer(connection, answer, closed)) {
      if (closed) connection.reconnect = true;
      const Step& step = current(connection);
      if (std::ranges::find(step.shed, answer.status) != step.shed.end()) {
        return shed(connection, answer);
      }
      const std::string reason = check(connection, answer);
      return reason.empty() ? end_step(connection) : wrong(connection, reason);
    }
  }
  if (!closed) return;
  connection.reconnect = true;
  epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.descriptor, nullptr);
  if (!connection.idle) wrong(connection, "connection closed");
}

void Engine::read(Connection& connection, bool& closed) {
  static char buffer[65536];
  for (;;) {
    const ssize_t got = recv(connection.descriptor, buffer, sizeof buffer, 0);
    if (got > 0) {
      connection.in.append(buffer, static_cast<std::size_t>(got));
      if (static_cast<std::size_t>(got) < sizeof buffer) return;
    } else {
      closed = closed || got == 0 || (errno != EAGAIN && errno != EINTR);
      return;
    }
  }
}

void Engine::begin(Phase phase, double seconds) {
  phase_ = phase;
  phase_start_ = last_done_ = next_arrival_ = Clock::now();
  deadline_ = phase_start_ + std::chrono::microseconds(static_cast<std::int64_t>(seconds * 1e6));
  if (options_.rate > 0) return;
  resting_.clear();
  for (Connection& connection : connections_) begin_flow(connection, phase_start_);
}

// Open loop: what is to begin by now begins, or is late.
void Engine::arrive(Clock::time_point now) {
  const auto between = std::chrono::nanoseconds(static_cast<std::int64_t>(1e9 / options_.rate));
  while (next_arrival_ <= now && next_arrival_ < deadline_) {
    if (!resting_.empty()) {
      Connection& connection = *resting_.back();
      resting_.pop_back();
      begin_flow(connection, next_arrival_);
    } else if (late_.size() < kLateMax) {
      late_.push_back(next_arrival_);
      late_max_ = std::max(late_max_, late_.size());
    } else {
      ++never_begun_;
    }
    next_arrival_ += between;
  }
}

void Engine::give_up(Clock::time_point now) {
  if (phase_ == Phase::prepare || now < deadline_ + kAnswerTimeMax) return;
  never_begun_ += late_.size();
  late_.clear();
  for (Connection& connection : connections_) {
    if (connection.idle) continue;
    ++errors_;
    ++why_[current(connection).name + ": no answer in time"];
    connection.reconnect = true;
    rest(connection);
  }
}

void Engine::next_phase() {
  if (phase_ == Phase::prepare && options_.warm_seconds > 0) {
    return begin(Phase::warm, options_.warm_seconds);
  }
  if (phase_ == Phase::prepare || phase_ == Phase::warm) {
    signature_before_ = signature_us();
    cpu_before_ = cpu_by_thread(options_.processes);
    own_before_ = own_cpu_ms();
    all_before_ = machine_cpu_ms();
    return begin(Phase::run, options_.seconds);
  }
  cpu_after_ = cpu_by_thread(options_.processes);
  own_after_ = own_cpu_ms();
  all_after_ = machine_cpu_ms();
  signature_after_ = signature_us();
  phase_ = Phase::done;
}

int Engine::wait(epoll_event* events, int count) {
  timespec most{1, 0};
  if (options_.rate > 0 && phase_ != Phase::prepare) {
    const auto left = std::min(next_arrival_, deadline_) - Clock::now();
    const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(left).count();
    most = nanos <= 0 ? timespec{0, 0} : timespec{nanos / 1'000'000'000, nanos % 1'000'000'000};
    if (next_arrival_ >= deadline_ && nanos <= 0) most = {0, 10'000'000};
  }
  return epoll_pwait2(epoll_, events, count, &most, nullptr);
}

void Engine::run() {
  connections_.resize(options_.connections);
  for (Connection& connection : connections_) {
    connection.values.resize(scenario_.names.size());
    connection.preparing = !scenario_.prepare.empty();
    if (connection.preparing) {
      begin_flow(connection, Clock::now());
    } else {
      rest(connection);
    }
  }
  std::vector<epoll_event> events(1024);
  while (phase_ != Phase::done) {
    const int count = wait(events.data(), static_cast<int>(events.size()));
    for (int i = 0; i < count; ++i) {
      const epoll_event& event = events[static_cast<std::size_t>(i)];
      on_event(*static_cast<Connection*>(event.data.ptr), event.events);
    }
    const auto now = Clock::now();
    const bool running = phase_ != Phase::prepare;
    if (running && options_.rate > 0) arrive(now);
    give_up(now);
    const bool over = !running || options_.rate == 0 || (now >= deadline_ && late_.empty());
    if (over && resting_.size() == connections_.size()) next_phase();
  }
}

grantd::Json Engine::report() {
  using grantd::Json;
  const double seconds = std::chrono::duration<double>(last_done_ - phase_start_).count();
  const auto all = static_cast<double>(std::max<std::size_t>(flows_ + errors_ + shed_, 1));
  const double cpu = sum(cpu_after_) - sum(cpu_before_);
  const double own = own_after_ - own_before_;
  const auto each_second = [&](double what) { return seconds > 0 ? what / seconds : 0; };
  Json steps = Json::object(), threads = Json::object(), why = Json::object();
  for (Step& step : scenario_.steps) steps.set(step.name, percentiles(step.micros));
  for (const auto& [name, after] : cpu_after_) {
    const auto before = cpu_before_.find(name);
    threads.set(name, after - (before == cpu_before_.end() ? 0 : before->second));
  }
  for (const auto& [reason, count] : why_) why.set(reason, static_cast<std::int64_t>(count));
  const double others = std::max(0.0, all_after_ - all_before_ - cpu - own);
  const auto number = [](std::size_t count) { return static_cast<std::int64_t>(count); };
  return Json::object({{"connections", number(options_.connections)},
                       {"seconds", seconds},
                       {"flows", number(flows_)},
                       {"errors", number(errors_)},
                       {"shed", number(shed_)},
                       {"never_begun", number(never_begun_)},
                       {"late_max", number(late_max_)},
                       {"per_s", each_second(static_cast<double>(flows_))},
                       {"latency_ms", percentiles(flow_micros_)},
                       {"shed_ms", percentiles(shed_micros_)},
                       {"steps_ms", std::move(steps)},
                       {"server_cpu_ms", cpu},
                       {"server_cpu_us_per_flow", cpu * 1000 / all},
                       {"server_threads_ms", std::move(threads)},
                       {"server_cores", each_second(cpu / 1000)},
                       {"signature_us", (signature_before_ + signature_after_) / 2},
                       {"other_cores", each_second(others / 1000)},
                       {"loadgen_cpu_us_per_flow", own * 1000 / all},
                       {"signatures_verified", number(verified_)},
                       {"reconnects", number(reconnects_)},
                       {"why", std::move(why)}});
}

}  // namespace loadgen
