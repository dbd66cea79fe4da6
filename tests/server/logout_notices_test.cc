// Back-channel logout as it is delivered: what a receiver gets, when it gets it again, and that a
// dead one delays nobody. Real sockets on loopback, the clock is the test's.
#include "grantd/server/logout_notices.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>

#include "grantd/base/encoding.h"
#include "grantd/base/loop.h"
#include "grantd/core/oidc/logout_token.h"
#include "grantd/http/server.h"
#include "grantd/jose/jwt.h"
#include "grantd/server/policy.h"
#include "grantd/store/memory/memory_store.h"

namespace grantd::server {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const oauth::Issuer kIssuer("https://auth.example");
const Time kStart = from_seconds(1'767'268'800);
constexpr std::chrono::seconds kPatience{60};  // a hang, not a figure

template <class Id>
Id id_of(std::uint8_t n) {
  ByteArray<Id::kSize> bytes{};
  bytes.back() = n;
  return Id(bytes);
}

// Where apps hear: /APP answers with what was set for APP, 200 else; "hang": never.
class Receiver {
 public:
  Receiver() {
    auto started = http::Server::start({}, [this](http::Request request, http::Respond respond) {
      take(std::move(request), std::move(respond));
    });
    server_ = *std::move(started);
  }
  ~Receiver() {
    release();
    server_->stop(std::chrono::milliseconds(100));
  }

  std::string uri(std::string_view app) const {
    return "http://127.0.0.1:" + std::to_string(server_->port()) + "/" + std::string(app);
  }
  void answer(const std::string& app, std::vector<int> statuses) {
    const std::lock_guard lock(mutex_);
    statuses_[app] = std::move(statuses);
  }
  // Waits until the app has been asked so often; gives the requests.
  std::vector<http::Request> heard(const std::string& app, std::size_t count) {
    std::unique_lock lock(mutex_);
    EXPECT_TRUE(changed_.wait_for(lock, kPatience, [&] { return requests_[app].size() >= count; }))
        << app << " was asked " << requests_[app].size() << " times";
    return requests_[app];
  }
  void release() {
    std::vector<http::Respond> held;
    {
      const std::lock_guard lock(mutex_);
      held.swap(held_);
    }
    for (http::Respond& respond : held) respond({});
  }

 private:
  void take(http::Request request, http::Respond respond) {
    const std::string app = request.path.substr(1);
    int status = 200;
    {
      const std::lock_guard lock(mutex_);
      auto& statuses = statuses_[app];
      if (!statuses.empty()) {
        status = statuses.front();
        if (statuses.size() > 1) statuses.erase(statuses.begin());
      }
      requests_[app].push_back(std::move(request));
      if (status == 0) held_.push_back(std::move(respond));
    }
    changed_.notify_all();
    if (status == 0) return;
    http::Reply reply{.status = status};
    if (status / 100 == 3) reply.fields.add("location", "/elsewhere");
    respond(std::move(reply));
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::string, std::vector<int>> statuses_;
  std::map<std::string, std::vector<http::Request>> requests_;
  std::vector<http::Respond> held_;
  std::unique_ptr<http::Server> server_;
};

// The store, and a bell that rings after each commit.
class Belled final : public store::Store {
 public:
  explicit Belled(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}
  void gather(const core::Wanted& wanted, store::Completion<core::Found> done) override {
    inner_->gather(wanted, std::move(done));
  }
  void commit(core::Changes changes, Time now, store::Completion<store::Committed> done) override {
    inner_->commit(std::move(changes), now, std::move(done));
    rung_.notify_all();
  }
  void sweep(const store::Bite& bite, store::Completion<store::Swept> done) override {
    inner_->sweep(bite, std::move(done));
  }
  void list(const store::Query& query, store::Completion<store::Page> done) override {
    inner_->list(query, std::move(done));
  }
  void due_notices(Time now, int rows_max,
                   store::Completion<std::vector<core::SessionClient>> done) override {
    inner_->due_notices(now, rows_max, std::move(done));
  }
  core::Meta meta() override { return inner_->meta(); }
  std::string health() override { return inner_->health(); }
  void close() override { inner_->close(); }

  template <class Predicate>
  bool wait_until(Predicate holds) {
    std::unique_lock lock(mutex_);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
      if (std::chrono::steady_clock::now() > end) return false;
      rung_.wait_for(lock, std::chrono::milliseconds(20));  // it may ring between look and wait
    }
    return true;
  }

 private:
  std::unique_ptr<Store> inner_;
  std::mutex mutex_;
  std::condition_variable rung_;
};

class LogoutNoticesTest : public testing::Test {
 protected:
  LogoutNoticesTest() {
    ByteArray<32> bytes;
    bytes.fill(7);
    master_ = {Secret(ByteView(bytes))};
    config_.issuer = kIssuer.str();
    config_.outbound_allow = {"127.0.0.0/8"};
    config_.algorithms = {"ES256"};
  }
  ~LogoutNoticesTest() override {
    receiver_.release();
    dead_.release();
    notices_.reset();
    if (edges_) edges_->close();
  }

  void open() {
    store_ = std::make_unique<Belled>(
        store::make_memory_store(kIssuer, id_of<core::Epoch>(1)));
    commit(first_keys(master_, kStart, {jose::Algorithm::es256}));
    policy_ = policy_of(config_);
    edges_ = std::make_unique<Edges>(*store_, master_, config_, kIssuer,
                                     [this] { return from_millis(now_.load()); });
    ASSERT_TRUE(edges_->open());
  }
  void begin() { notices_ = std::make_unique<LogoutNotices>(*edges_, policy_); }

  void commit(core::Changes changes) {
    BlockingLoop loop;
    bool done = false;
    store_->commit(std::move(changes), from_millis(now_.load()),
                   [&](Result<store::Committed, store::StoreError> made) {
                     EXPECT_TRUE(made && std::holds_alternative<store::Done>(*made));
                     done = true;
                   });
    loop.run_until(done);
  }
  void add_app(const std::string& id, std::string uri) {
    core::Client client;
    client.id = oauth::ClientId(id);
    client.id_token_algorithm = jose::Algorithm::es256;
    client.backchannel_logout.uri = std::move(uri);
    commit({core::PutClient{client}});
  }
  // A session of its own that this app is to hear of.
  core::SessionId sign_in(const std::string& app) {
    core::Session session;
    session.id = id_of<core::SessionId>(++sessions_);
    session.subject = id_of<core::SubjectId>(1);
    session.expires = kStart + std::chrono::hours(24);
    commit({core::StartSession{session},
            core::NoteSessionClient{session.id, oauth::ClientId(app), {}, session.subject}});
    return session.id;
  }
  void end(const core::SessionId& session) {
    commit({core::EndSession{session}});
    if (notices_) notices_->wake();
  }
  void wait(Duration length) {
    now_ += length.count();
    if (notices_) notices_->wake();
  }
  // What the store still has to tell, whenever it is due.
  std::vector<core::SessionClient> left() {
    BlockingLoop loop;
    bool done = false;
    std::vector<core::SessionClient> rows;
    store_->due_notices(kStart + std::chrono::hours(1000), 1000,
                        [&](Result<std::vector<core::SessionClient>, store::StoreError> found) {
                          if (found) rows = *found;
                          done = true;
                        });
    loop.run_until(done);
    return rows;
  }
  void expect_nothing_left() {
    EXPECT_TRUE(store_->wait_until([&] { return left().empty(); }));
  }
  // Time goes on until the app has been asked so often.
  std::vector<http::Request> heard_in_time(const std::string& app, std::size_t count) {
    EXPECT_TRUE(store_->wait_until([&] {
      wait(seconds(1));
      return receiver_.heard(app, 0).size() >= count;
    }));
    return receiver_.heard(app, count);
  }
  void expect_tries(std::uint32_t tries) {
    EXPECT_TRUE(store_->wait_until([&] {
      if (tries > 1) wait(seconds(1));
      const auto rows = left();
      return rows.size() == 1 && rows[0].tries == tries;
    }));
  }

  Receiver receiver_, dead_;
  Config config_;
  MasterKey master_;
  core::Policy policy_;
  std::atomic<std::int64_t> now_{to_millis(kStart)};
  std::uint8_t sessions_ = 0;
  std::unique_ptr<Belled> store_;
  std::unique_ptr<Edges> edges_;
  std::unique_ptr<LogoutNotices> notices_;
};

// Back-Channel Logout §2.5, §2.4; checklist LO-08.
TEST_F(LogoutNoticesTest, the_app_gets_a_token_that_our_keys_signed) {
  open();
  begin();
  add_app("app", receiver_.uri("app"));
  const core::SessionId session = sign_in("app");
  end(session);
  const auto heard = receiver_.heard("app", 1);
  ASSERT_EQ(heard.size(), 1U);
  EXPECT_EQ(heard[0].method, "POST");
  EXPECT_EQ(*heard[0].fields.find("content-type"), "application/x-www-form-urlencoded");
  ASSERT_TRUE(heard[0].body.starts_with("logout_token="));
  const std::string text = heard[0].body.substr(13);
  constexpr std::array kAlgorithms{jose::Algorithm::es256};
  const auto token = jose::verify_jwt(
      text, jose::KeySet::parse(edges_->keys()->jwks).value(), kAlgorithms);
  ASSERT_TRUE(token) << text;
  EXPECT_EQ(*token->header.find_string("typ"), "logout+jwt");
  EXPECT_EQ(*token->claims.find_string("aud"), "app");
  EXPECT_EQ(*token->claims.find_string("sid"), oauth::to_text(session));
  EXPECT_EQ(*token->claims.find_int("exp") - *token->claims.find_int("iat"), 120);
  expect_nothing_left();
}

TEST_F(LogoutNoticesTest, what_was_due_before_the_start_is_told) {
  open();
  add_app("app", receiver_.uri("app"));
  end(sign_in("app"));
  begin();
  receiver_.heard("app", 1);
  expect_nothing_left();
}

TEST_F(LogoutNoticesTest, an_error_is_tried_again_later_with_a_new_token) {
  receiver_.answer("app", {500, 503, 204});
  open();
  begin();
  add_app("app", receiver_.uri("app"));
  end(sign_in("app"));
  receiver_.heard("app", 1);
  expect_tries(1);
  EXPECT_TRUE(left()[0].due == kStart + seconds(10));
  const auto heard = heard_in_time("app", 3);
  EXPECT_NE(heard[0].body, heard[1].body);
  expect_nothing_left();
}

// Checklist LO-07.
TEST_F(LogoutNoticesTest, a_redirect_is_not_followed) {
  receiver_.answer("app", {307, 200});
  open();
  begin();
  add_app("app", receiver_.uri("app"));
  end(sign_in("app"));
  heard_in_time("app", 2);
  expect_nothing_left();
  EXPECT_TRUE(receiver_.heard("elsewhere", 0).empty());
}

// Checklist LO-07: without outbound.allow nobody on this machine is asked.
TEST_F(LogoutNoticesTest, an_inside_address_is_not_asked) {
  config_.outbound_allow.clear();
  open();
  begin();
  add_app("app", receiver_.uri("app"));
  end(sign_in("app"));
  expect_tries(1);
  expect_tries(2);
  EXPECT_TRUE(receiver_.heard("app", 0).empty());
}

// Issue 3: a dead receiver delays nobody.
TEST_F(LogoutNoticesTest, a_receiver_that_hangs_delays_no_other) {
  dead_.answer("dead", {0});
  open();
  begin();
  add_app("dead", dead_.uri("dead"));
  add_app("app", receiver_.uri("app"));
  std::vector<core::SessionId> sessions;
  for (int i = 0; i < 40; ++i) sessions.push_back(sign_in("dead"));
  for (const core::SessionId& session : sessions) end(session);
  dead_.heard("dead", 1);
  for (int i = 0; i < 5; ++i) end(sign_in("app"));
  receiver_.heard("app", 5);
  EXPECT_TRUE(store_->wait_until([&] { return left().size() == 40U; }))
      << "and none of the others is forgotten";
}

TEST_F(LogoutNoticesTest, is_given_up_after_an_hour) {
  receiver_.answer("app", {500});
  open();
  begin();
  add_app("app", receiver_.uri("app"));
  end(sign_in("app"));
  receiver_.heard("app", 1);
  wait(core::kNoticeLife + seconds(1));
  expect_nothing_left();
  EXPECT_EQ(receiver_.heard("app", 1).size(), 1U);
}

TEST_F(LogoutNoticesTest, nobody_is_asked_for_an_app_that_is_gone_or_wants_to_hear_no_more) {
  open();
  add_app("gone", receiver_.uri("gone"));
  add_app("quiet", "");
  end(sign_in("gone"));
  end(sign_in("quiet"));
  commit({core::DeleteClient{oauth::ClientId("gone")}});
  begin();
  expect_nothing_left();
  EXPECT_TRUE(receiver_.heard("gone", 0).empty());
}

// More than one bite, more than go at once: all of them, once each.
TEST_F(LogoutNoticesTest, many_are_all_told_once) {
  open();
  add_app("app", receiver_.uri("app"));
  std::vector<core::SessionId> sessions;
  for (int i = 0; i < 250; ++i) sessions.push_back(sign_in("app"));
  for (const core::SessionId& session : sessions) end(session);
  begin();
  EXPECT_TRUE(store_->wait_until([&] {
    wait(seconds(1));  // what was put off becomes due
    return left().empty();
  }));
  EXPECT_EQ(receiver_.heard("app", 250).size(), 250U);
}

}  // namespace
}  // namespace grantd::server
