// The address that the browser comes back to, over real sockets. RFC 8252 §7.3, §8.3; CL-01, CL-05,
// CL-06.
#include "grantd/client/loopback.h"

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include "grantd/http/client.h"

namespace grantd::client {
namespace {

using namespace std::chrono_literals;

http::Reply ask(const std::string& url, const std::string& method = "GET") {
  const auto reply = http::fetch({.method = method, .url = url, .fields = {}, .body = {}});
  EXPECT_TRUE(reply.has_value()) << (reply ? "" : reply.error());
  return reply.value_or(http::Reply{.status = 0, .fields = {}, .body = {}});
}

std::unique_ptr<Loopback> listen(std::string_view uri = {}) {
  auto made = Loopback::listen(uri);
  EXPECT_TRUE(made.has_value()) << (made ? "" : made.error().message());
  return made ? *std::move(made) : nullptr;
}

std::string origin_of(const std::string& uri) { return uri.substr(0, uri.find('/', 7)); }

TEST(loopback, draws_a_port_of_this_computer_alone) {
  const auto one = listen(), two = listen();
  EXPECT_TRUE(one->redirect_uri().starts_with("http://127.0.0.1:"));
  EXPECT_TRUE(one->redirect_uri().ends_with("/"));
  EXPECT_NE(one->redirect_uri(), two->redirect_uri());
}

TEST(loopback, keeps_host_port_and_path_that_are_registered) {
  const auto drawn = listen("http://127.0.0.1/signed/in?a=b");
  EXPECT_TRUE(drawn->redirect_uri().ends_with("/signed/in?a=b"));
  const auto six = Loopback::listen("http://[::1]/cb");
  if (six) {
    EXPECT_TRUE((*six)->redirect_uri().starts_with("http://[::1]:"));
  }
  const auto named = listen("http://localhost/cb");
  EXPECT_TRUE(named->redirect_uri().starts_with("http://localhost:"));
  const auto taken = origin_of(drawn->redirect_uri());
  const auto again = Loopback::listen(taken + "/");
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().problem, FlowProblem::settings);
}

TEST(loopback, listens_at_nothing_but_this_computer) {
  for (const auto* uri : {"http://0.0.0.0/", "https://127.0.0.1/", "http://example.com/",
                          "http://127.0.0.1.evil.example/", "com.example.app:/cb", "x"}) {
    const auto made = Loopback::listen(uri);
    ASSERT_FALSE(made.has_value()) << uri;
    EXPECT_EQ(made.error().problem, FlowProblem::settings) << uri;
  }
}

TEST(loopback, one_answer_counts_and_strangers_change_nothing) {
  const auto loopback = listen("http://127.0.0.1/cb");
  const auto uri = loopback->redirect_uri();
  EXPECT_EQ(ask(uri + "?state=s&code=too-early").status, 400);
  loopback->expect("the-state");
  EXPECT_EQ(ask(origin_of(uri) + "/favicon.ico").status, 404);
  EXPECT_EQ(ask(origin_of(uri) + "/").status, 404);
  EXPECT_EQ(ask(uri + "/").status, 404);
  EXPECT_EQ(ask(uri).status, 400);
  EXPECT_EQ(ask(uri + "?state=&code=evil").status, 400);
  EXPECT_EQ(ask(uri + "?state=another&code=evil").status, 400);
  EXPECT_EQ(ask(uri + "?state=the-state&state=the-state&code=evil").status, 400);
  EXPECT_EQ(ask(uri + "?state=the-state&code=evil", "HEAD").status, 405);
  EXPECT_EQ(ask(uri + "?state=the-state&code=evil", "POST").status, 405);
  // DNS rebinding: another name that leads here.
  auto renamed = uri;
  renamed.replace(renamed.find("127.0.0.1"), 9, "localhost");
  EXPECT_EQ(ask(renamed + "?state=the-state&code=evil").status, 421);

  auto page = std::async(std::launch::async, [&] { return ask(uri + "?state=the-state&code=c"); });
  auto answer = loopback->wait(30s);
  ASSERT_TRUE(answer.has_value()) << answer.error().message();
  EXPECT_EQ(answer->query, "state=the-state&code=c");
  // While the code is being exchanged: no second one.
  EXPECT_EQ(ask(uri + "?state=the-state&code=again").status, 400);
  answer->show(true, "Hello <b>\x1b[31m", "Text & more");
  const auto shown = page.get();
  EXPECT_EQ(shown.status, 200);
  EXPECT_EQ(shown.body.find("<b>"), std::string::npos);
  EXPECT_EQ(shown.body.find('\x1b'), std::string::npos);
  EXPECT_NE(shown.body.find("Text &amp; more"), std::string::npos);
  EXPECT_EQ(*shown.fields.find("referrer-policy"), "no-referrer");
  EXPECT_EQ(*shown.fields.find("cache-control"), "no-store");
  EXPECT_NE(shown.fields.find("content-security-policy")->find("default-src 'none'"),
            std::string::npos);
  answer->show(true, "again", "is nothing");
}

TEST(loopback, an_answer_that_is_there_before_the_wait_is_found) {
  const auto loopback = listen();
  loopback->expect("s");
  const auto back = loopback->redirect_uri() + "?state=s&error=e";
  auto page = std::async(std::launch::async, [&] { return ask(back); });
  auto answer = loopback->wait(30s);
  ASSERT_TRUE(answer.has_value());
  answer = fail(FlowError{});  // the program ends without a word
  EXPECT_EQ(page.get().status, 500);
}

TEST(loopback, the_wait_ends_by_time_and_by_wish) {
  const auto loopback = listen();
  loopback->expect("s");
  const auto late = loopback->wait(20ms);
  ASSERT_FALSE(late.has_value());
  EXPECT_EQ(late.error().problem, FlowProblem::abandoned);
  EXPECT_EQ(ask(loopback->redirect_uri() + "?state=s&code=c").status, 400);  // too late

  std::stop_source stop;
  loopback->expect("s");
  auto waiting =
      std::async(std::launch::async, [&] { return loopback->wait(1h, stop.get_token()); });
  stop.request_stop();
  EXPECT_EQ(waiting.get().error().problem, FlowProblem::abandoned);
}

// RFC 8252 §8.3: gone with the flow.
TEST(loopback, nothing_listens_any_more_when_it_is_gone) {
  auto loopback = listen();
  const auto uri = loopback->redirect_uri();
  EXPECT_EQ(ask(uri).status, 400);
  loopback.reset();
  EXPECT_FALSE(http::fetch({.method = "GET", .url = uri, .fields = {}, .body = {}}).has_value());
}

}  // namespace
}  // namespace grantd::client
