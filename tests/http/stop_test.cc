// F16: stopping loses nothing that has begun. And starting says what is in the way.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

using std::chrono::milliseconds;

class Held {
 public:
  void hold(Respond respond) {
    const std::lock_guard lock(mutex_);
    held_.push_back(std::move(respond));
    arrived_.notify_all();
  }
  bool wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    return arrived_.wait_for(lock, kPatience, [&] { return held_.size() >= count; });
  }
  void answer_all() {
    const std::lock_guard lock(mutex_);
    for (Respond& respond : held_) respond(Reply{});
    held_.clear();
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::vector<Respond> held_;
};

TEST(Stop, answers_requests_under_way_and_closes_idle_connections) {  // F16
  Held held;
  const auto server =
      start_server({}, [&](Request, Respond respond) { held.hold(std::move(respond)); });
  RawClient idle(server->port());
  RawClient busy(server->port());
  busy.send(get() + get("/next"));
  ASSERT_TRUE(held.wait_for(1));
  std::thread stopping([&] { server->stop(std::chrono::seconds(10)); });
  EXPECT_TRUE(idle.closes());
  held.answer_all();
  const std::string reply = busy.read_to_end();
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_NE(reply.find("Connection: close"), std::string::npos);
  stopping.join();
}

TEST(Stop, cuts_what_is_not_done_when_the_time_is_over) {  // F16
  Held held;
  const auto server =
      start_server({}, [&](Request, Respond respond) { held.hold(std::move(respond)); });
  RawClient busy(server->port());
  busy.send(get());
  ASSERT_TRUE(held.wait_for(1));
  const auto begin = std::chrono::steady_clock::now();
  server->stop(milliseconds(200));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(5));
  EXPECT_TRUE(busy.closes());
  held.answer_all();
}

// Replies leave at the end of a round of the loop, also of the last one.
TEST(Stop, sends_what_was_answered_before_it) {
  std::atomic<bool> asked = false;
  std::atomic<bool> go_on = false;
  const auto server = start_server({}, [&](Request, Respond respond) {
    asked = true;
    asked.notify_all();
    go_on.wait(false);  // on the loop's thread: what stop() posts comes in the same round
    respond(Reply{});
  });
  RawClient client(server->port());
  client.send(get());
  asked.wait(false);
  std::thread stopping([&] { server->stop(milliseconds(0)); });
  std::this_thread::sleep_for(milliseconds(100));
  go_on = true;
  go_on.notify_all();
  EXPECT_EQ(status_of(client.read_to_end()), 200);
  stopping.join();
}

TEST(Stop, frees_the_port_and_may_be_called_twice) {
  const auto server = start_server({.threads = 2});
  const std::uint16_t port = server->port();
  server->stop(milliseconds(100));
  server->stop(milliseconds(100));
  const auto again = start_server({.port = port, .threads = 2});
  EXPECT_EQ(status_of(ask(port, get("/", "Connection: close\r\n"))), 200);
}

TEST(Stop, under_load_breaks_no_reply) {  // F16
  for (int round = 0; round < 5; ++round) {
    const auto server = start_server({.threads = 2});
    std::atomic<int> answered = 0;
    std::atomic<int> broken = 0;
    std::vector<std::thread> clients;
    for (int i = 0; i < 4; ++i) {
      clients.emplace_back([&, client = RawClient(server->port())]() mutable {
        while (client.send(get())) {
          const std::string reply = client.read_reply();
          if (reply.empty()) break;  // closed before the request had begun to be read
          if (!reply.ends_with("GET /? ")) ++broken;
          ++answered;
          answered.notify_all();
        }
      });
    }
    for (int seen = 0; seen < 200; seen = answered) answered.wait(seen);
    server->stop(std::chrono::seconds(10));
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(broken, 0);
  }
}

TEST(Start, spreads_over_threads_on_one_port) {
  const auto server = start_server({.threads = 4});
  for (int i = 0; i < 32; ++i) {
    EXPECT_EQ(status_of(ask(server->port(), get("/", "Connection: close\r\n"))), 200);
  }
}

TEST(Start, listens_on_IPv6) {
  auto server = Server::start({.address = "::1"}, echo);
  ASSERT_TRUE(server) << server.error();
  EXPECT_GT((*server)->port(), 0);
}

TEST(Start, refuses_a_port_that_is_taken_and_names_it) {
  for (const int threads : {1, 4}) {
    const auto first = start_server({.threads = threads});
    for (const int more : {1, 4}) {
      const auto second = Server::start({.port = first->port(), .threads = more}, echo);
      ASSERT_FALSE(second) << threads << " " << more;
      EXPECT_NE(second.error().find(std::to_string(first->port())), std::string::npos);
    }
  }
}

TEST(Start, refuses_options_that_are_none) {
  EXPECT_FALSE(Server::start({.address = "localhost"}, echo));
  EXPECT_FALSE(Server::start({.threads = 0}, echo));
  const auto proxies = Server::start({.trusted_proxies = {"10.0.0.0/33"}}, echo);
  ASSERT_FALSE(proxies);
  EXPECT_NE(proxies.error().find("10.0.0.0/33"), std::string::npos);
}

}  // namespace
}  // namespace grantd::http
