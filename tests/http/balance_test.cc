// ADR 11: connections are served by as few threads as keep up, and lose nothing on their way from
// one to another.
#include <gtest/gtest.h>
#include <time.h>

#include <atomic>
#include <mutex>
#include <set>
#include <thread>

#include "grantd/http/balance.h"
#include "grantd/http/thread_load.h"
#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

using std::chrono::milliseconds;

TEST(Balance, a_full_thread_gives_so_many_that_both_have_the_same_to_do) {
  const int loads[] = {100, 50, 0};
  const auto move = move_of(0, loads, 64, {});
  ASSERT_TRUE(move);
  EXPECT_EQ(move->to, 2U);
  EXPECT_EQ(move->connections, 32);
  const int uneven[] = {100, 60};
  EXPECT_EQ(move_of(0, uneven, 50, {})->connections, 10);
  const int last[] = {40, 95};
  EXPECT_EQ(move_of(1, last, 20, {})->to, 0U);
}

TEST(Balance, of_two_full_threads_each_gives_to_another) {
  const int loads[] = {95, 100, 30, 0};
  EXPECT_EQ(move_of(1, loads, 64, {})->to, 3U);
  EXPECT_EQ(move_of(0, loads, 64, {})->to, 2U);
  const int as_full[] = {100, 100, 0};
  EXPECT_EQ(move_of(0, as_full, 64, {})->to, 2U);
  EXPECT_FALSE(move_of(1, as_full, 64, {}));  // the next is itself
}

TEST(Balance, newcomers_alone_go_where_nobody_stays) {
  const int loads[] = {100, 0};
  const auto move = move_of(0, loads, 0, {});
  ASSERT_TRUE(move);
  EXPECT_EQ(move->to, 1U);
  EXPECT_EQ(move->connections, 0);
}

TEST(Balance, nothing_moves_where_nobody_has_time_or_all_have) {
  const int full[] = {100, 100};
  EXPECT_FALSE(move_of(0, full, 64, {}));
  EXPECT_FALSE(move_of(1, full, 64, {}));
  const int single[] = {100, 0};
  EXPECT_EQ(move_of(0, single, 1, {})->connections, 0);  // one connection is served by one thread
  const int calm[] = {50, 40};
  EXPECT_FALSE(move_of(0, calm, 8, {}));
  EXPECT_FALSE(move_of(1, calm, 8, {}));  // 90 in one would be full, and come back
  const int alone[] = {100};
  EXPECT_FALSE(move_of(0, alone, 8, {}));
}

TEST(Balance, what_two_threads_do_goes_to_the_first_that_can_do_it_all) {
  const int loads[] = {70, 20, 15};
  const auto move = move_of(2, loads, 8, {});
  ASSERT_TRUE(move);
  EXPECT_EQ(move->to, 1U);
  EXPECT_EQ(move->connections, 8);
  EXPECT_FALSE(move_of(1, loads, 8, {}));  // the last first
  const int calm[] = {30, 0, 20};
  EXPECT_EQ(move_of(2, calm, 3, {})->to, 0U);
  EXPECT_FALSE(move_of(2, calm, 0, {}));
}

// Whatever else the machine does: what a thread does is measured, not for how long.
TEST(Balance, load_is_the_processor_and_the_disk_and_not_sleep) {
  using std::chrono::nanoseconds;
  ThreadLoad load;
  load.begin(nanoseconds(0));
  std::this_thread::sleep_for(milliseconds(300));  // as a disk does: the loop knows nothing of it
  EXPECT_GE(load.measure(nanoseconds(0)), 30);
  const auto before = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(milliseconds(300));
  EXPECT_LE(load.measure(std::chrono::steady_clock::now() - before), 20);
}

// A thread that never can do more: each tick moves connections, whatever else the machine does.
constexpr BalanceLimits kAlwaysFull{.full = 0, .together = -1};

// Answers as echo() does, after some work; knows which threads did.
class Threads {
 public:
  Handler handler() {
    return [this](Request request, Respond respond) {
      {
        const std::lock_guard lock(mutex_);
        seen_.insert(std::this_thread::get_id());
      }
      work();
      echo(std::move(request), std::move(respond));
    };
  }
  std::size_t count() {
    const std::lock_guard lock(mutex_);
    return seen_.size();
  }

 private:
  // Half a millisecond of the processor.
  static void work() {
    timespec begin{}, now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
    do {
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    } while ((now.tv_sec - begin.tv_sec) * 1'000'000'000 + now.tv_nsec - begin.tv_nsec < 500'000);
  }
  std::mutex mutex_;
  std::set<std::thread::id> seen_;
};

std::string post(const std::string& target, const std::string& body) {
  return "POST " + target + " HTTP/1.1\r\nHost: h\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(Balance, what_one_thread_can_do_is_done_by_one) {
  Threads threads;
  const auto server = start_server({.threads = 4}, threads.handler());
  std::vector<RawClient> clients;
  for (int i = 0; i < 16; ++i) clients.emplace_back(server->port());
  for (RawClient& client : clients) {
    client.send(get());
    EXPECT_EQ(status_of(client.read_reply()), 200);
  }
  EXPECT_EQ(threads.count(), 1U);
}

// Each client has an answer of its own to each of its requests, in their order, whichever thread
// serves it: alone, two at once, in two pieces, and large ones.
TEST(Balance, connections_move_and_lose_nothing) {
  Threads threads;
  const auto server = start_server({.threads = 3, .balance = kAlwaysFull}, threads.handler());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  std::atomic<int> wrong = 0, done = 0;
  std::vector<std::thread> clients;
  for (int number = 0; number < 12; ++number) {
    clients.emplace_back([&, number] {
      RawClient client(server->port());
      const auto check = [&](const std::string& name, const std::string& body) {
        wrong += body_of(client.read_reply()) != "POST " + name + "? " + body;
      };
      // All of them until every thread has served, and then for a while.
      for (int i = 0; i < 300 || (threads.count() < 3 && i < 100'000); ++i) {
        if (std::chrono::steady_clock::now() > give_up) break;
        const std::string name = "/" + std::to_string(number) + "-" + std::to_string(i);
        const std::string body(i % 50 == 0 ? 60'000 : 10, static_cast<char>('a' + i % 26));
        const std::string request = post(name, body);
        if (i % 3 == 0) {
          client.send(request.substr(0, request.size() / 2));
          client.send(request.substr(request.size() / 2));
        } else if (i % 3 == 1) {
          client.send(request + request);
          check(name, body);
        } else {
          client.send(request);
        }
        check(name, body);
      }
      ++done;
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(done, 12);
  EXPECT_EQ(threads.count(), 3U);
}

// F16: whoever is on the way when the server stops is answered, or was not asked.
TEST(Balance, a_stop_cuts_no_reply_of_a_connection_that_moves) {
  for (int round = 0; round < 4; ++round) {
    Threads threads;
    const auto server = start_server({.threads = 3, .balance = kAlwaysFull}, threads.handler());
    std::atomic<int> cut = 0, answered = 0;
    std::vector<std::thread> clients;
    for (int number = 0; number < 8; ++number) {
      clients.emplace_back([&, client = RawClient(server->port())]() mutable {
        for (;;) {
          if (!client.send(get("/x"))) return;
          const std::string reply = client.read_reply();
          if (reply.empty()) return;
          cut += body_of(reply) != "GET /x? ";
          ++answered;
        }
      });
    }
    // Into a tick, where most of them move.
    std::this_thread::sleep_for(milliseconds(495 + 5 * round));
    const auto began = std::chrono::steady_clock::now();
    server->stop(std::chrono::seconds(60));  // which the idle ones do not wait for
    EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(50));
    for (std::thread& client : clients) client.join();
    EXPECT_EQ(cut, 0);
    EXPECT_GT(answered, 0);
  }
}

// Half of the connections move at the end of the round in which stop() is called: they come to a
// thread that was told first. (Where the machine is slow the tick may come at another time; then
// nobody moves.)
TEST(Balance, whoever_comes_to_a_thread_that_stops_is_not_waited_for) {
  Threads threads;
  std::atomic<bool> slow = false, held = false, hold = true;
  const auto server = start_server(
      {.threads = 2, .balance = kAlwaysFull}, [&](Request request, Respond respond) {
        const std::string path = request.path;
        threads.handler()(std::move(request), std::move(respond));
        if (path == "/slow") {  // the others' requests come in: they are of the next round
          slow = true;
          std::this_thread::sleep_for(milliseconds(50));
        } else if (path == "/held") {  // of that round too, after them
          held = true;
          hold.wait(true);
        }
      });
  std::vector<RawClient> clients;
  for (int i = 0; i < 8; ++i) clients.emplace_back(server->port());
  const auto busy_until = std::chrono::steady_clock::now() + milliseconds(150);
  while (std::chrono::steady_clock::now() < busy_until) {
    for (RawClient& client : clients) {
      client.send(get());
      ASSERT_EQ(status_of(client.read_reply()), 200);
    }
  }
  std::this_thread::sleep_until(busy_until + milliseconds(150));  // past the tick
  clients[0].send(get("/slow") + get("/held"));
  while (!slow) std::this_thread::yield();
  for (std::size_t i = 1; i < clients.size(); ++i) clients[i].send(get());
  while (!held) std::this_thread::yield();
  const auto began = std::chrono::steady_clock::now();
  std::thread stopping([&] { server->stop(std::chrono::seconds(30)); });
  std::this_thread::sleep_for(milliseconds(50));
  hold = false;
  hold.notify_all();
  EXPECT_EQ(status_of(clients[0].read_reply()), 200);
  for (RawClient& client : clients) {
    EXPECT_EQ(status_of(client.read_reply()), 200);
    EXPECT_TRUE(client.closes());
  }
  stopping.join();
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(25));
}

// HT-10: the longest idle one goes, on whichever thread it is.
TEST(Balance, newcomers_find_room_where_all_others_are_on_another_thread) {
  Threads threads;
  const auto server = start_server(
      {.threads = 2, .balance = kAlwaysFull, .connections_max = 4}, threads.handler());
  std::vector<RawClient> clients;
  for (int i = 0; i < 4; ++i) clients.emplace_back(server->port());
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (threads.count() < 2 && std::chrono::steady_clock::now() < give_up) {
    for (RawClient& client : clients) {
      client.send(get());
      ASSERT_EQ(status_of(client.read_reply()), 200);
    }
  }
  ASSERT_EQ(threads.count(), 2U);
  for (int i = 0; i < 20; ++i) {
    RawClient newcomer(server->port());
    newcomer.send(get());
    EXPECT_EQ(status_of(newcomer.read_reply()), 200) << i;
  }
  int closed = 0;
  for (RawClient& client : clients) {
    client.send(get());
    closed += status_of(client.read_reply()) != 200;
  }
  EXPECT_GE(closed, 1);
}

}  // namespace
}  // namespace grantd::http
