// What this server asks of others: JW-04, JW-12, DR-04, LO-07.
#include "grantd/server/outbound.h"

#include <gtest/gtest.h>

#include <atomic>

#include "grantd/base/loop.h"
#include "grantd/http/server.h"
#include "grantd/server/documents.h"

namespace grantd::server {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const Time kStart = from_seconds(1'800'000'000);

// An app's server. It answers as it is told, and counts.
class TheirServer {
 public:
  explicit TheirServer(std::function<http::Reply(const http::Request&)> answer)
      : server_(http::Server::start({}, [this, answer](http::Request request,
                                                       http::Respond respond) {
                  ++asked;
                  respond(answer(request));
                }).value()) {}
  ~TheirServer() { server_->stop(milliseconds(100)); }
  std::string url(const std::string& path = "/keys") const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  std::atomic<int> asked = 0;

 private:
  std::unique_ptr<http::Server> server_;
};

http::Reply says(std::string body, int status = 200) {
  http::Reply reply;
  reply.status = status;
  reply.body = std::move(body);
  return reply;
}

OutboundOptions to_here() {
  return {.reach = http::Reach::public_and({"127.0.0.1"}).value()};
}

struct Asking {
  explicit Asking(OutboundOptions options = to_here()) : outbound(std::move(options)) {}
  core::Document get(const core::AskDocument& ask) {
    core::Document read;
    bool done = false;
    documents.get(ask, [&](core::Document document) {
      read = std::move(document);
      done = true;
    });
    loop.run_until(done);
    return read;
  }
  Time now = kStart;
  BlockingLoop loop;
  Outbound outbound;
  Documents documents{outbound, [this] { return now; }};
};

TEST(documents, are_kept_and_read_anew_twice_a_minute_at_most) {
  TheirServer theirs([](const http::Request&) { return says("the keys"); });
  Asking asking;
  const core::Document first = asking.get({theirs.url()});
  EXPECT_EQ(first.body, "the keys");
  EXPECT_EQ(first.fetched, kStart);
  asking.now += seconds(29);
  EXPECT_EQ(asking.get({theirs.url()}).fetched, kStart);
  EXPECT_EQ(asking.get({theirs.url(), kStart}).fetched, kStart) << "JW-04";
  EXPECT_EQ(theirs.asked, 1);
  asking.now += seconds(1);
  EXPECT_EQ(asking.get({theirs.url(), kStart}).fetched, asking.now) << "JW-04";
  EXPECT_EQ(theirs.asked, 2);
  EXPECT_EQ(asking.get({theirs.url(), kStart}).fetched, asking.now) << "it is newer already";
  EXPECT_EQ(theirs.asked, 2);
  asking.now += minutes(10);
  asking.get({theirs.url()});
  EXPECT_EQ(theirs.asked, 3) << "a key that was taken out goes";
}

TEST(documents, that_cannot_be_read_say_why_and_are_tried_again_soon) {
  int status = 302;
  TheirServer theirs([&](const http::Request&) {
    http::Reply reply = says("", status);
    if (status == 302) reply.fields.add("location", "http://127.0.0.1:1/");
    return reply;
  });
  Asking asking;
  EXPECT_EQ(asking.get({theirs.url()}).error,
            theirs.url() + ": expected status 200, found 302") << "LO-07: no redirect is followed";
  asking.now += seconds(9);
  asking.get({theirs.url()});
  EXPECT_EQ(theirs.asked, 1);
  asking.now += seconds(1);
  status = 200;
  EXPECT_EQ(asking.get({theirs.url()}).error, "");
  EXPECT_EQ(theirs.asked, 2);
}

// JW-04: a full table makes room for a new document, never by dropping one that is asked for.
TEST(documents, that_are_kept_stay_kept_when_the_table_is_full) {
  TheirServer theirs([](const http::Request&) { return says("the keys"); });
  Asking asking;
  for (std::size_t i = 0; i < Documents::kDocumentsMax; ++i) {
    asking.get({theirs.url("/" + std::to_string(i))});
    asking.now += milliseconds(1);
  }
  const int asked = theirs.asked;
  asking.get({theirs.url("/0")});
  EXPECT_EQ(theirs.asked, asked) << "the oldest is kept while nothing new comes";
  asking.get({theirs.url("/new")});
  asking.get({theirs.url("/0")});
  EXPECT_EQ(theirs.asked, asked + 2) << "it went for the new one";
}

TEST(documents, have_bounds) {
  TheirServer theirs([](const http::Request&) { return says(std::string(65 * 1024, 'x')); });
  Asking asking;
  EXPECT_NE(asking.get({theirs.url()}).error, "") << "JW-12";
}

TEST(documents, of_the_inside_network_are_not_read) {
  TheirServer theirs([](const http::Request&) { return says("secret"); });
  Asking asking(OutboundOptions{});
  const core::Document read = asking.get({theirs.url()});
  EXPECT_NE(read.error.find("127.0.0.1, which is no public address"), std::string::npos)
      << "DR-04 " << read.error;
  EXPECT_EQ(read.body, "");
  EXPECT_EQ(theirs.asked, 0);
}

TEST(documents, are_asked_for_once_however_many_wait) {
  TheirServer theirs([](const http::Request&) { return says("the keys"); });
  Asking asking;
  int there = 0;
  bool done = false;
  for (int i = 0; i < 50; ++i) {
    asking.documents.get({theirs.url()}, [&](core::Document read) {
      EXPECT_EQ(read.body, "the keys");
      done = ++there == 50;
    });
  }
  asking.loop.run_until(done);
  EXPECT_EQ(theirs.asked, 1);
}

// LO-07: who never answers holds two threads, whoever waits for him.
TEST(outbound, a_dead_host_delays_nobody_else) {
  std::vector<http::Respond> never;
  std::mutex mutex;
  auto dead = http::Server::start({}, [&](http::Request, http::Respond respond) {
                const std::lock_guard lock(mutex);
                never.push_back(std::move(respond));
              }).value();
  TheirServer theirs([](const http::Request&) { return says("here"); });
  BlockingLoop loop;
  int given_up = 0, answered = 0;
  bool done = false, all = false;
  OutboundOptions options = to_here();
  options.deadline = milliseconds(1000);
  Outbound outbound(options);
  for (int i = 0; i < 4; ++i) {
    outbound.send({.url = "http://127.0.0.1:" + std::to_string(dead->port()) + "/"},
                  [&](Result<http::Reply, std::string> reply) {
                    EXPECT_FALSE(reply.has_value());
                    all = ++given_up == 4;
                  });
  }
  for (int i = 0; i < 8; ++i) {
    outbound.send({.url = theirs.url()}, [&](Result<http::Reply, std::string> reply) {
      EXPECT_TRUE(reply.has_value());
      EXPECT_EQ(given_up, 0) << "nobody waited for the dead one";
      done = ++answered == 8;
    });
  }
  loop.run_until(done);
  loop.run_until(all);
  dead->stop(milliseconds(0));
}

// Apps that share a host: who waits for one that is dead there takes no more than a turn of others.
TEST(outbound, a_dead_path_delays_others_of_its_host_by_one_deadline) {
  std::vector<http::Respond> never;
  std::mutex mutex;
  auto shared = http::Server::start({}, [&](http::Request request, http::Respond respond) {
                  if (request.path == "/keys") return respond(says("here"));
                  const std::lock_guard lock(mutex);
                  never.push_back(std::move(respond));
                }).value();
  const std::string host = "http://127.0.0.1:" + std::to_string(shared->port());
  BlockingLoop loop;
  int given_up = 0;
  bool done = false, all = false;
  OutboundOptions options = to_here();
  options.deadline = milliseconds(500);
  Outbound outbound(options);
  for (int i = 0; i < 6; ++i) {
    outbound.send({.url = host + "/dead?" + std::to_string(i)},
                  [&](Result<http::Reply, std::string> reply) {
                    EXPECT_FALSE(reply.has_value());
                    all = ++given_up == 6;
                  });
  }
  outbound.send({.url = host + "/keys"}, [&](Result<http::Reply, std::string> reply) {
    EXPECT_TRUE(reply.has_value());
    EXPECT_LE(given_up, 2) << "those that were under way";
    done = true;
  });
  loop.run_until(done);
  loop.run_until(all);
  shared->stop(milliseconds(0));
}

TEST(outbound, past_its_bound_it_says_so_at_once) {
  OutboundOptions options = to_here();
  options.waiting_max = 0;
  Outbound outbound(options);
  BlockingLoop loop;
  bool done = false;
  outbound.send({.url = "http://127.0.0.1:9/"}, [&](Result<http::Reply, std::string> reply) {
    ASSERT_FALSE(reply.has_value());
    EXPECT_EQ(reply.error(), "too many requests to others wait already (0)");
    done = true;
  });
  loop.run_until(done);
}

}  // namespace
}  // namespace grantd::server
