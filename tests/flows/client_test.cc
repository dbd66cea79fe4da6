// The client library against the server: a program's login by loopback, a web app, a service.
// RFC 8252 §7.3, RFC 6749 §4.4, §6, RFC 7009, OpenID Connect Core §5.3, §12; CL-01, CL-03, CL-12.
#include "grantd/client/client.h"

#include <thread>

#include "grantd/http/client.h"
#include "tests/flows/story.h"

namespace grantd::flows {
namespace {

using client::Client;
using client::FlowProblem;
using client::Session;

class Library : public Story {
 protected:
  Library() {
    for (const char* id : {"web", "native"}) {
      house.update_client(id, [](core::Client& row) {
        row.scope = row.scope.united(core::ScopeSet::of({"openid", "profile", "email"}));
      });
    }
  }

  // Bytes go to the house; all else is the library's own.
  client::App app(std::string id, bool confidential) {
    client::App made;
    made.issuer = house.issuer();
    made.client_id = id;
    if (confidential) made.client_secret = Secret(std::string_view(id + "-secret"));
    made.scope = "openid read offline_access";
    made.clock = [this] { return house.now(); };
    made.transport = [this](const client::Request& request) { return carry(request); };
    return made;
  }

  Result<client::Response, std::string> carry(const client::Request& sent) {
    const std::string target = sent.url.substr(house.issuer().size());
    http::Request request;
    request.method = sent.method;
    request.path = target.substr(0, target.find('?'));
    for (const auto& [name, value] : sent.headers) request.fields.add(name, value);
    request.body = sent.body;
    {
      const std::lock_guard lock(mutex);
      ++asked[request.path];
    }
    if (unreachable || request.path == cut_off) return fail(std::string("connection refused"));
    auto reply = house.ask(std::move(request));
    return client::Response{reply.status, {reply.fields.begin(), reply.fields.end()},
                            std::move(reply.body)};
  }

  // What the browser does with the address: pages of the house, then back to the program.
  client::LoginOptions by_browser(const std::function<void(std::string&)>& spoil = {}) {
    client::LoginOptions options;
    options.deadline = std::chrono::seconds(120);
    options.show = [this, spoil](const std::string& url) {
      person = std::jthread([this, spoil, url] {
        std::string back = browser.walk(url.substr(house.issuer().size())).location();
        if (spoil) spoil(back);
        landed = http::fetch({.method = "GET", .url = back, .fields = {}, .body = {}});
      });
    };
    return options;
  }

  std::atomic<bool> unreachable = false;
  std::string cut_off;  // a path that nothing comes from
  std::mutex mutex;  // of asked
  std::map<std::string, int> asked;
  Result<http::Reply, std::string> landed = fail(std::string("nobody came back"));
  std::jthread person;
};

std::string query_of(const std::string& url) { return url.substr(url.find('?') + 1); }

TEST_P(Library, a_program_signs_in_by_the_browser_and_calls_with_fresh_tokens) {
  auto settings = app("native", false);
  settings.redirect_uri = "http://127.0.0.1/cb";
  settings.cache = client::memory_cache();
  Client program(settings);
  EXPECT_EQ(program.access_token().error().problem, FlowProblem::signed_out);

  const auto session = program.login(by_browser());
  person.join();
  ASSERT_TRUE(session.has_value()) << session.error().message();
  ASSERT_TRUE(landed.has_value()) << landed.error();
  EXPECT_EQ(landed->status, 200);
  EXPECT_EQ(session->subject, oauth::to_text(house.user("ada").id));
  EXPECT_EQ(session->scope.to_text(), "offline_access openid read");
  EXPECT_FALSE(session->id_token->nonce.empty());

  // Another program that shares the place has the login too.
  Client second(settings);
  const auto first_token = program.access_token();
  ASSERT_TRUE(first_token.has_value());
  EXPECT_EQ(*second.access_token(), *first_token);

  const auto about = program.userinfo();
  ASSERT_TRUE(about.has_value()) << about.error().message();
  EXPECT_EQ(*about->find_string("sub"), session->subject);

  // An hour later: refreshed once for all threads, rotated, saved; the other program takes it up.
  house.wait(hours(1));
  const int before = asked["/token"];
  std::vector<std::jthread> threads;
  std::vector<Result<Secret, client::FlowError>> fresh(8, fail(client::FlowError{}));
  for (auto& each : fresh) {
    threads.emplace_back([&program, &each] { each = program.access_token(); });
  }
  threads.clear();
  for (const auto& each : fresh) {
    ASSERT_TRUE(each.has_value()) << each.error().message();
    EXPECT_EQ(*each, *fresh.front());
  }
  EXPECT_NE(*fresh.front(), *first_token);
  EXPECT_EQ(asked["/token"], before + 1);
  EXPECT_EQ(*second.access_token(), *fresh.front());
  EXPECT_EQ(asked["/token"], before + 1);
  EXPECT_EQ(program.session()->subject, session->subject);

  // An API said no: a newer one, once.
  const auto newer = program.access_token_after(*fresh.front());
  ASSERT_TRUE(newer.has_value());
  EXPECT_NE(*newer, *fresh.front());
  EXPECT_EQ(*program.access_token_after(*fresh.front()), *newer);
  EXPECT_EQ(asked["/token"], before + 2);

  const auto goodbye = program.logout();
  ASSERT_TRUE(goodbye.has_value()) << goodbye.error().message();
  EXPECT_TRUE(goodbye->revoked);
  EXPECT_TRUE(goodbye->end_session_url.starts_with(house.issuer() + "/logout?id_token_hint="));
  EXPECT_EQ(program.access_token().error().problem, FlowProblem::signed_out);
  for (const auto& grant : house.grants()) EXPECT_EQ(grant.state, core::GrantState::revoked);
}

TEST_P(Library, a_login_that_ended_at_the_server_is_forgotten_and_an_outage_is_not) {
  auto settings = app("native", false);
  settings.redirect_uri = "http://127.0.0.1/cb";
  Client program(settings);
  ASSERT_TRUE(program.login(by_browser()).has_value());
  const auto token = program.access_token();

  // Some seconds before its end: the server is out of reach, and the token is still good.
  house.wait(minutes(15) - seconds(10));
  unreachable = true;
  EXPECT_EQ(*program.access_token(), *token);
  house.wait(seconds(10));
  EXPECT_EQ(program.access_token().error().problem, FlowProblem::unavailable);
  unreachable = false;
  ASSERT_TRUE(program.access_token().has_value());

  house.update_user("ada", [](core::User& user) { ++user.counter; });
  house.wait(hours(1));
  const auto ended = program.access_token();
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().problem, FlowProblem::signed_out);
  EXPECT_EQ(ended.error().code, "invalid_grant");
  EXPECT_EQ(program.session().error().problem, FlowProblem::signed_out);
}

// The old refresh token is spent: what came in its place is kept, whatever else fails.
TEST_P(Library, a_rotated_refresh_token_outlives_an_outage_of_the_keys) {
  auto settings = app("native", false);
  settings.redirect_uri = "http://127.0.0.1/cb";
  settings.cache = client::memory_cache();
  ASSERT_TRUE(Client(settings).login(by_browser()).has_value());
  const auto first = settings.cache->load().value();
  house.wait(hours(1));
  cut_off = "/jwks";
  Client second(settings);  // has no keys yet
  const auto token = second.access_token();
  ASSERT_TRUE(token.has_value()) << token.error().message();
  EXPECT_NE(*settings.cache->load().value(), *first);
  EXPECT_FALSE(second.session()->subject.empty());
  house.wait(hours(1));
  EXPECT_TRUE(second.access_token().has_value());
}

// RFC 9207 §2.4: an answer that says another issuer signs nobody in, and its page says so.
TEST_P(Library, a_program_drops_an_answer_of_another_server) {
  auto settings = app("native", false);
  settings.redirect_uri = "http://127.0.0.1/cb";
  Client program(settings);
  const auto session = program.login(by_browser([](std::string& back) {
    back.replace(back.find("auth.example"), 12, "evil.example");
  }));
  person.join();
  ASSERT_FALSE(session.has_value());
  EXPECT_EQ(session.error().problem, FlowProblem::foreign);
  EXPECT_EQ(landed->status, 400);
  EXPECT_EQ(asked["/token"], 0);
  EXPECT_EQ(program.session().error().problem, FlowProblem::signed_out);
}

TEST_P(Library, a_program_stops_waiting_when_it_is_told_to) {
  auto settings = app("native", false);
  settings.redirect_uri = "http://127.0.0.1/cb";
  std::stop_source stop;
  client::LoginOptions options;
  options.show = [&](const std::string&) { stop.request_stop(); };
  options.stop = stop.get_token();
  EXPECT_EQ(Client(settings).login(options).error().problem, FlowProblem::abandoned);
}

TEST_P(Library, a_web_app_keeps_each_browsers_flow_apart) {
  auto settings = app("web", true);
  settings.redirect_uri = std::string(kAppUri);
  Client web(settings);
  auto mine = web.start(), theirs = web.start();
  ASSERT_TRUE(mine.has_value()) << mine.error().message();
  const auto back = browser.walk(theirs->url.substr(house.issuer().size())).location();
  // CL-12: the attacker's answer in my browser.
  const auto swapped = web.finish(std::move(mine->pending), query_of(back));
  EXPECT_EQ(swapped.error().problem, FlowProblem::foreign);

  const auto session = web.finish(std::move(theirs->pending), query_of(back));
  ASSERT_TRUE(session.has_value()) << session.error().message();
  // CL-01: the same answer once more.
  const auto again = web.finish(std::move(theirs->pending), query_of(back));
  EXPECT_EQ(again.error().problem, FlowProblem::foreign);

  house.wait(hours(1));
  const auto fresh = web.refresh(*session);
  ASSERT_TRUE(fresh.has_value()) << fresh.error().message();
  EXPECT_EQ(fresh->subject, session->subject);
  EXPECT_NE(fresh->tokens.access_token, session->tokens.access_token);
  EXPECT_EQ(*web.userinfo(*fresh)->find_string("sub"), session->subject);
  // A userinfo answer about somebody else.
  auto somebody = *fresh;
  somebody.subject = "somebody else";
  EXPECT_EQ(web.userinfo(somebody).error().problem, FlowProblem::foreign);
  // As a session's text, between two requests.
  const auto kept = Session::parse(fresh->to_text());
  ASSERT_TRUE(kept.has_value());
  EXPECT_EQ(kept->to_text(), fresh->to_text());
  ASSERT_TRUE(web.revoke(*kept).has_value());
  EXPECT_EQ(web.refresh(*kept).error().problem, FlowProblem::signed_out);
}

// OpenID Connect Core §3.1.2.1, §5.5: a sign-in as fresh as asked for, and a claim in the ID token.
TEST_P(Library, a_web_app_asks_for_a_fresh_sign_in_and_for_claims) {
  auto settings = app("web", true);
  settings.redirect_uri = std::string(kAppUri);
  settings.scope = "openid profile";
  Client web(settings);
  const auto finish = [&](const client::Wish& wish) {
    auto started = web.start(wish);
    EXPECT_TRUE(started.has_value());
    const auto back = browser.walk(started->url.substr(house.issuer().size())).location();
    return web.finish(std::move(started->pending), query_of(back));
  };
  const auto first = finish({.extra = {{"claims", R"({"id_token":{"name":null}})"}}});
  ASSERT_TRUE(first.has_value()) << first.error().message();
  EXPECT_EQ(first->claim("name"), "Ada");
  house.wait(minutes(10));
  const auto second = finish({.max_age = seconds(60)});
  ASSERT_TRUE(second.has_value()) << second.error().message();
  EXPECT_GT(*second->id_token->auth_time, *first->id_token->auth_time);
}

TEST_P(Library, a_service_asks_once_until_its_token_is_nearly_over) {
  auto settings = app("robot", true);
  settings.scope = "read";
  Client robot(settings);
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] { EXPECT_TRUE(robot.service_token().has_value()); });
  }
  threads.clear();
  EXPECT_EQ(asked["/token"], 1);
  const auto token = robot.service_token();
  house.wait(minutes(15) - seconds(20));
  EXPECT_NE(*robot.service_token(), *token);
  EXPECT_EQ(asked["/token"], 2);
  auto wrong = app("robot", true);
  wrong.client_secret = Secret(std::string_view("another"));
  EXPECT_EQ(Client(wrong).service_token().error().code, "invalid_client");
}

TEST_P(Library, finds_nothing_where_the_issuer_is_another) {
  auto settings = app("web", true);
  settings.transport = [this](const client::Request& request) {
    auto moved = request;
    moved.url = house.issuer() + moved.url.substr(std::string("https://evil.example").size());
    return carry(moved);
  };
  settings.issuer = "https://evil.example";
  EXPECT_EQ(Client(settings).start().error().problem, FlowProblem::foreign);
  settings.issuer = "http://evil.example";  // CL-04
  EXPECT_EQ(Client(settings).start().error().problem, FlowProblem::settings);
}

GRANTD_PLAY(Library);

}  // namespace
}  // namespace grantd::flows
