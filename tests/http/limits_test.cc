// Slow, large and many: what a stranger may cost.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

using std::chrono::milliseconds;

// Bytes one after the other, with time between, until the peer has had enough.
class Trickle {
 public:
  Trickle(RawClient& client, std::string bytes)
      : thread_([&client, bytes = std::move(bytes), this] {
          for (const char byte : bytes) {
            if (over_.wait_for(milliseconds(20)) || !client.send({&byte, 1})) return;
          }
        }) {}
  ~Trickle() {
    over_.set();
    thread_.join();
  }

 private:
  class Flag {
   public:
    void set() {
      const std::lock_guard lock(mutex_);
      set_ = true;
      changed_.notify_all();
    }
    bool wait_for(milliseconds time) {
      std::unique_lock lock(mutex_);
      return changed_.wait_for(lock, time, [this] { return set_; });
    }

   private:
    std::mutex mutex_;
    std::condition_variable changed_;
    bool set_ = false;
  };
  Flag over_;
  std::thread thread_;
};

TEST(Limits, a_header_byte_by_byte_ends_at_the_limit_for_all_of_it) {  // HT-08
  const auto server = start_server({.header_time_max = milliseconds(300)});
  RawClient client(server->port());
  const auto begin = std::chrono::steady_clock::now();
  const Trickle trickle(client, get("/" + std::string(2000, 'a')));
  EXPECT_EQ(status_of(client.read_to_end()), 408);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, milliseconds(5000));
}

TEST(Limits, a_body_byte_by_byte_ends_at_the_limit_for_all_of_it) {  // HT-09
  const auto server = start_server({.body_time_max = milliseconds(300)});
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2000\r\n\r\n");
  const Trickle trickle(client, std::string(2000, 'a'));
  EXPECT_EQ(status_of(client.read_to_end()), 408);
}

TEST(Limits, who_does_not_take_the_reply_is_closed) {  // HT-09
  Reply reply;
  reply.body.assign(16 * 1024 * 1024, 'x');
  const auto server = start_server({.write_time_max = milliseconds(300)},
                                   [&](Request, Respond respond) { respond(reply); });
  RawClient client(server->port());
  client.send(get());
  // A second connection, answered after the limit has passed, says that the first was cut by then.
  ServerOptions quick{.header_time_max = milliseconds(2000)};
  const auto clock = start_server(quick);
  RawClient timer(clock->port());
  timer.send("G");
  EXPECT_EQ(status_of(timer.read_to_end()), 408);
  EXPECT_LT(client.read_to_end().size(), reply.body.size());
}

TEST(Limits, a_large_reply_arrives_whole) {
  Reply reply;
  reply.body.assign(8 * 1024 * 1024, 'x');
  const auto server = start_server({}, [&](Request, Respond respond) { respond(reply); });
  EXPECT_EQ(body_of(ask(server->port(), get("/", "Connection: close\r\n"))).size(),
            reply.body.size());
}

TEST(Limits, an_idle_connection_is_closed_without_a_word) {
  const auto server = start_server({.idle_time_max = milliseconds(300)});
  RawClient fresh(server->port());
  RawClient used(server->port());
  used.send(get());
  EXPECT_EQ(status_of(used.read_reply()), 200);
  EXPECT_TRUE(fresh.closes());
  EXPECT_TRUE(used.closes());
}

std::size_t resident_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) return static_cast<std::size_t>(std::stoul(line.substr(6)));
  }
  return 0;
}

TEST(Limits, ten_megabytes_announced_are_413_at_once_and_not_kept) {  // TK-08
  const auto server = start_server();
  ask(server->port(), get("/", "Connection: close\r\n"));
  const std::string block(64 * 1024, 'a');
  const std::size_t before = resident_kib();
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10485760\r\n\r\n");
  for (int i = 0; i < 160 && client.send(block); ++i) {
  }
  EXPECT_EQ(status_of(client.read_to_end()), 413);
  EXPECT_LT(resident_kib(), before + 2048);
}

TEST(Limits, ten_megabytes_in_chunks_are_413_as_soon_as_the_limit_is_passed) {  // TK-08
  const auto server = start_server();
  const std::string chunk = "1000\r\n" + std::string(0x1000, 'a') + "\r\n";
  const std::size_t before = resident_kib();
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 2560 && client.send(chunk); ++i) {
  }
  EXPECT_EQ(status_of(client.read_to_end()), 413);
  EXPECT_LT(resident_kib(), before + 2048);
}

TEST(Limits, a_body_of_exactly_the_limit_is_taken) {
  const auto server = start_server({.body_bytes_max = 100'000});
  const std::string body(100'000, 'a');
  const std::string sized = ask(server->port(),
      "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: 100000\r\n\r\n" + body);
  EXPECT_EQ(body_of(sized), "POST /? " + body);
  const std::string chunked = ask(server->port(),
      "POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "186A0\r\n" + body + "\r\n0\r\n\r\n");
  EXPECT_EQ(body_of(chunked), "POST /? " + body);
}

TEST(Limits, chunk_extensions_without_end_are_refused) {
  const auto server = start_server();
  RawClient client(server->port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1;");
  client.send(std::string(64 * 1024, 'e'));
  EXPECT_EQ(status_of(client.read_to_end()), 400);
  std::string many = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 100; ++i) many += "1;" + std::string(100, 'e') + "\r\nx\r\n";
  EXPECT_EQ(status_of(ask(server->port(), many)), 400);
}

TEST(Limits, past_the_connections_the_longest_idle_one_goes) {  // HT-10
  const auto server = start_server({.connections_max = 3});
  std::vector<RawClient> clients;
  for (int i = 0; i < 3; ++i) {
    clients.emplace_back(server->port());
    clients.back().send(get());
    EXPECT_EQ(status_of(clients.back().read_reply()), 200);
  }
  clients[0].send(get());  // the first is used again: the second is now the longest idle one
  EXPECT_EQ(status_of(clients[0].read_reply()), 200);
  RawClient fourth(server->port());
  fourth.send(get());
  EXPECT_EQ(status_of(fourth.read_reply()), 200);
  EXPECT_TRUE(clients[1].closes());
  for (const int i : {0, 2}) {
    clients[static_cast<std::size_t>(i)].send(get());
    EXPECT_EQ(status_of(clients[static_cast<std::size_t>(i)].read_reply()), 200) << i;
  }
}

TEST(Limits, two_thousand_idle_connections_keep_nobody_out) {  // HT-10
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = std::min<rlim_t>(files.rlim_max, 8192);
  setrlimit(RLIMIT_NOFILE, &files);
  const auto server = start_server({.threads = 2, .connections_max = 500});
  std::vector<RawClient> idle;
  for (int i = 0; i < 2000; ++i) idle.emplace_back(server->port());
  for (int i = 0; i < 20; ++i) {
    RawClient client(server->port());
    client.send(get());
    EXPECT_EQ(status_of(client.read_reply()), 200);
  }
}

TEST(Limits, requests_under_way_are_not_given_up_for_newcomers) {  // HT-10
  std::vector<Respond> held;
  std::atomic<int> arrived = 0;
  const auto server = start_server({.connections_max = 2}, [&](Request, Respond respond) {
    held.push_back(std::move(respond));
    ++arrived;
    arrived.notify_all();
  });
  RawClient first(server->port());
  RawClient second(server->port());
  first.send(get());
  arrived.wait(0);
  second.send(get());
  arrived.wait(1);
  RawClient third(server->port());
  EXPECT_TRUE(third.closes());
  for (Respond& respond : held) respond(Reply{});
  EXPECT_EQ(status_of(first.read_reply()), 200);
  EXPECT_EQ(status_of(second.read_reply()), 200);
}

// Descriptors run out: nothing spins, and service comes back with them.
TEST(Limits, survives_running_out_of_descriptors) {  // CWE-770
  const auto server = start_server();
  rlimit before{};
  getrlimit(RLIMIT_NOFILE, &before);
  RawClient client(server->port());
  client.send(get());
  EXPECT_EQ(status_of(client.read_reply()), 200);
  RawClient waiting(server->port());  // in the queue, or already taken
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(waiting.descriptor()) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &tight), 0);
  waiting.send(get());
  const std::string reply = waiting.read_reply();
  setrlimit(RLIMIT_NOFILE, &before);
  EXPECT_EQ(status_of(reply), 200);
  RawClient after(server->port());
  after.send(get());
  EXPECT_EQ(status_of(after.read_reply()), 200);
}

}  // namespace
}  // namespace grantd::http
