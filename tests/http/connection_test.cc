// How a connection lives: keep-alive, pipelining, interim replies, who may answer and when.
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "grantd/base/loop.h"
#include "tests/http/raw_client.h"

namespace grantd::http {
namespace {

bool has(std::string_view reply, std::string_view field) {
  return reply.find("\r\n" + std::string(field) + "\r\n") != std::string_view::npos;
}

Handler replying(Reply reply) {
  return [reply](Request, Respond respond) { respond(reply); };
}

TEST(Connection, stays_open_in_1_1_and_says_nothing_of_it) {  // RFC 9112 §9.3
  const auto server = start_server();
  RawClient client(server->port());
  for (int i = 0; i < 3; ++i) {
    client.send(get("/a"));
    const std::string reply = client.read_reply();
    EXPECT_EQ(body_of(reply), "GET /a? ");
    EXPECT_EQ(reply.find("Connection:"), std::string::npos);
  }
}

TEST(Connection, closes_after_Connection_close_and_says_so) {  // RFC 9112 §9.6
  const auto server = start_server();
  for (const char* value : {"close", "Close", "x, close", "close, x"}) {
    const std::string reply =
        ask(server->port(), get("/", "Connection: " + std::string(value) + "\r\n"));
    EXPECT_EQ(status_of(reply), 200) << value;
    EXPECT_TRUE(has(reply, "Connection: close")) << value;
    EXPECT_EQ(reply.find("timeout"), std::string::npos) << value;
  }
}

TEST(Connection, closes_after_HTTP_1_0) {  // RFC 9112 §9.3
  const auto server = start_server();
  const std::string reply =
      ask(server->port(), "GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(body_of(reply), "GET /a? ");
  EXPECT_TRUE(has(reply, "Connection: close"));
}

TEST(Connection, closes_when_the_handler_says_so) {
  Reply reply;
  reply.close = true;
  const auto server = start_server({}, replying(reply));
  EXPECT_TRUE(has(ask(server->port(), get()), "Connection: close"));
}

TEST(Connection, answers_1000_pipelined_requests_of_a_half_closed_client_in_order) {  // HT-11
  const auto server = start_server();
  RawClient client(server->port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += get("/" + std::to_string(i));
  std::thread sender([&] {
    client.send(requests);
    client.half_close();
  });
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(body_of(client.read_reply()), "GET /" + std::to_string(i) + "? ");
  }
  sender.join();
  EXPECT_TRUE(client.closes());
}

TEST(Connection, handles_one_request_at_a_time) {  // HT-11
  std::mutex mutex;
  std::vector<Respond> held;
  std::atomic<int> arrived = 0;
  const auto server = start_server({}, [&](Request, Respond respond) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(respond));
    ++arrived;
    arrived.notify_all();
  });
  RawClient client(server->port());
  client.send(get("/1") + get("/2"));
  for (int expected = 1; expected <= 2; ++expected) {
    arrived.wait(expected - 1);
    // A whole exchange of another connection lies between: the second had every chance to come.
    RawClient other(server->port());
    other.send("nonsense\r\n");
    EXPECT_EQ(status_of(other.read_to_end()), 400);
    EXPECT_EQ(arrived, expected);
    Respond respond;
    {
      const std::lock_guard lock(mutex);
      respond = std::move(held.back());
      held.pop_back();
    }
    respond(Reply{});
    EXPECT_EQ(status_of(client.read_reply()), 200);
  }
}

// More than are put off together; one who asks is gone by then.
TEST(Connection, each_gets_its_reply_of_many_that_come_in_one_round) {
  constexpr std::size_t kClients = 40;
  std::vector<std::pair<std::string, Respond>> held;
  const auto server = start_server({}, [&](Request request, Respond respond) {
    if (request.path == "/now") return respond(Reply{});
    held.emplace_back(request.path, std::move(respond));
    if (held.size() < kClients) return;
    for (auto& [path, answer] : held) {
      Reply reply;
      reply.body = path;
      answer(std::move(reply));
    }
    held.clear();
  });
  std::vector<RawClient> clients;
  for (std::size_t i = 0; i < kClients; ++i) {
    clients.emplace_back(server->port());
    clients.back().send(get("/" + std::to_string(i)));
    if (i == 3) RawClient gone(std::move(clients.back()));
  }
  for (std::size_t i = 0; i < kClients; ++i) {
    if (i == 3) continue;
    EXPECT_EQ(body_of(clients[i].read_reply()), "/" + std::to_string(i));
    clients[i].send(get("/now"));
    EXPECT_EQ(status_of(clients[i].read_reply()), 200);
  }
}

TEST(Connection, sends_what_a_pipelined_body_needs_and_not_a_byte_of_the_next) {
  const auto server = start_server();
  RawClient client(server->port());
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nx=y"
              "POST /b HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked"
              "\r\n\r\n3\r\nz=w\r\n0\r\n\r\n" + get("/c"));
  EXPECT_EQ(body_of(client.read_reply()), "POST /a? x=y");
  EXPECT_EQ(body_of(client.read_reply()), "POST /b? z=w");
  EXPECT_EQ(body_of(client.read_reply()), "GET /c? ");
}

TEST(Connection, goes_on_with_what_came_behind_a_read_that_was_full) {  // HT-11
  constexpr std::size_t kReadAtOnce = 16 * 1024;  // what is behind waits in the kernel
  const auto server = start_server();
  for (const std::size_t size : {kReadAtOnce - 1, kReadAtOnce, kReadAtOnce + 1, 2 * kReadAtOnce}) {
    const std::string head = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: ";
    const std::size_t body = size - head.size() - 4 - std::to_string(size).size();
    const std::string first =
        head + std::to_string(body) + "\r\n\r\n" + std::string(body, 'x');
    RawClient client(server->port());
    client.send(first + get("/b"));
    EXPECT_EQ(body_of(client.read_reply()).size(), body + 9) << size;
    EXPECT_EQ(body_of(client.read_reply()), "GET /b? ") << size;
    client.send(get("/c"));
    EXPECT_EQ(body_of(client.read_reply()), "GET /c? ") << size;
  }
}

TEST(Connection, says_100_continue_only_when_the_body_is_wanted) {  // HT-14, RFC 9110 §10.1.1
  const auto server = start_server();
  RawClient client(server->port());
  client.send("POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 3\r\n\r\n");
  EXPECT_EQ(client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  client.send("a=b");
  EXPECT_EQ(body_of(client.read_reply()), "POST /a? a=b");
  // Not needed where the body came along, where there is none, and never in HTTP/1.0.
  client.send(
      "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na=b");
  EXPECT_EQ(body_of(client.read_reply()), "POST /a? a=b");
  client.send(get("/b", "Expect: 100-continue\r\n"));
  EXPECT_EQ(body_of(client.read_reply()), "GET /b? ");
  client.send("POST /c HTTP/1.0\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
  client.send("x");
  EXPECT_EQ(body_of(client.read_reply()), "POST /c? x");
}

TEST(Reply, has_Date_Server_and_Content_Length) {  // RFC 9110 §6.6.1, §10.2.4, CH-06
  const auto server = start_server();
  const std::string reply = ask(server->port(), get("/", "Connection: close\r\n"));
  EXPECT_TRUE(has(reply, "Server: grantd"));
  EXPECT_TRUE(has(reply, "Content-Length: 7"));
  EXPECT_TRUE(has(reply, "Content-Type: text/plain"));
  const std::size_t date = reply.find("\r\nDate: ");
  ASSERT_NE(date, std::string::npos);
  EXPECT_EQ(reply.substr(date + 8 + 25, 6), " GMT\r\n") << reply;
}

TEST(Reply, to_HEAD_has_the_fields_of_GET_and_no_body) {  // RFC 9110 §9.3.2
  const auto server = start_server();
  const std::string reply =
      ask(server->port(), "HEAD /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(has(reply, "Content-Length: 9"));
  EXPECT_EQ(body_of(reply), "");
}

TEST(Reply, of_204_and_304_has_no_body) {  // RFC 9110 §6.4.1, §8.6
  for (const int status : {204, 304}) {
    Reply reply;
    reply.status = status;
    reply.body = "never sent";
    const auto server = start_server({}, replying(reply));
    const std::string got = ask(server->port(), get("/", "Connection: close\r\n"));
    EXPECT_EQ(status_of(got), status);
    EXPECT_EQ(body_of(got), "");
    EXPECT_EQ(got.find("Content-Length"), std::string::npos);
  }
}

TEST(Reply, drops_a_field_that_would_begin_another) {  // CWE-113
  Reply reply;
  reply.fields.add("location", "/a\r\nSet-Cookie: planted=1");
  reply.fields.add("x-name\r\nSet-Cookie", "planted=2");
  reply.fields.add("x-lf", "a\nSet-Cookie: planted=3");
  reply.fields.add("x-good", "kept");
  const auto server = start_server({}, replying(reply));
  const std::string got = ask(server->port(), get("/", "Connection: close\r\n"));
  EXPECT_EQ(status_of(got), 200);
  EXPECT_EQ(got.find("planted"), std::string::npos) << got;
  EXPECT_TRUE(has(got, "X-Good: kept"));
}

TEST(Reply, keeps_the_framing_to_itself) {
  Reply reply;
  reply.body = "four";
  reply.fields.add("content-length", "99");
  reply.fields.add("transfer-encoding", "chunked");
  reply.fields.add("connection", "upgrade");
  const auto server = start_server({}, replying(reply));
  const std::string got = ask(server->port(), get("/", "Connection: close\r\n"));
  EXPECT_TRUE(has(got, "Content-Length: 4"));
  EXPECT_EQ(got.find("99"), std::string::npos);
  EXPECT_EQ(got.find("chunked"), std::string::npos);
  EXPECT_EQ(got.find("upgrade"), std::string::npos);
}

TEST(Respond, may_be_called_from_any_thread) {
  std::thread answering;
  const auto server = start_server({}, [&](Request, Respond respond) {
    if (answering.joinable()) answering.join();
    answering = std::thread([respond = std::move(respond)]() mutable {
      Reply reply;
      reply.body = "from afar";
      respond(std::move(reply));
    });
  });
  RawClient client(server->port());
  for (int i = 0; i < 20; ++i) {
    client.send(get());
    EXPECT_EQ(body_of(client.read_reply()), "from afar");
  }
  answering.join();
}

TEST(Respond, may_be_called_from_a_task_posted_to_the_loop) {
  const auto server = start_server({.threads = 2}, [](Request, Respond respond) {
    ASSERT_NE(Loop::current(), nullptr);
    Loop::current()->post([respond = std::move(respond)]() mutable { respond(Reply{}); });
  });
  for (int i = 0; i < 8; ++i) {
    RawClient client(server->port());
    client.send(get() + get());
    EXPECT_EQ(status_of(client.read_reply()), 200);
    EXPECT_EQ(status_of(client.read_reply()), 200);
  }
}

TEST(Respond, destroyed_uncalled_answers_500) {
  const auto server = start_server({}, [](Request request, Respond respond) {
    if (request.path == "/") echo(std::move(request), std::move(respond));
  });
  RawClient client(server->port());
  client.send(get("/forgotten") + get("/"));
  EXPECT_EQ(status_of(client.read_reply()), 500);
  EXPECT_EQ(status_of(client.read_reply()), 200);
}

TEST(Respond, called_twice_counts_once) {
  const auto server = start_server({}, [](Request request, Respond respond) {
    Reply first;
    first.body = request.path;
    respond(std::move(first));
    respond(Reply{.status = 500});
  });
  RawClient client(server->port());
  client.send(get("/1") + get("/2"));
  EXPECT_EQ(body_of(client.read_reply()), "/1");
  EXPECT_EQ(body_of(client.read_reply()), "/2");
}

TEST(Respond, does_nothing_when_the_connection_or_the_server_is_gone) {
  std::mutex mutex;
  std::condition_variable arrived;
  std::vector<Respond> held;
  auto server = start_server({}, [&](Request, Respond respond) {
    const std::lock_guard lock(mutex);
    held.push_back(std::move(respond));
    arrived.notify_all();
  });
  {
    RawClient gone(server->port());
    gone.send(get());
    std::unique_lock lock(mutex);
    ASSERT_TRUE(arrived.wait_for(lock, kPatience, [&] { return held.size() == 1; }));
  }
  RawClient stays(server->port());
  stays.send(get());
  std::unique_lock lock(mutex);
  ASSERT_TRUE(arrived.wait_for(lock, kPatience, [&] { return held.size() == 2; }));
  held[0](Reply{});
  server.reset();
  EXPECT_TRUE(stays.closes());
  held[1](Reply{});
}

}  // namespace
}  // namespace grantd::http
