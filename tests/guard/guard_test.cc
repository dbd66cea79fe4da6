// The comfortable guard at a real issuer on loopback: keys, memory, introspection, challenges.
// JW-03, JW-04, JW-12, CL-04, CL-10, CL-11; RFC 6750 §3, RFC 9470 §3, RFC 9728 §5.1.
#include "grantd/guard/guard.h"

#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <set>
#include <thread>

#include "grantd/base/encoding.h"
#include "grantd/guard/testing/issuer.h"
#include "grantd/jose/jwt.h"

namespace grantd::guard {
namespace {

using grantd::testing::BadToken;
using grantd::testing::Issuer;
using grantd::testing::Mood;

constexpr std::string_view kMetadata = "/.well-known/oauth-authorization-server";
constexpr Duration kPatience = std::chrono::seconds(10);

// Time that moves when a test says so.
class HandClock {
 public:
  std::function<Time()> read() {
    return [this] { return from_millis(millis_.load()); };
  }
  void move(Duration by) { millis_ += by.count(); }

 private:
  std::atomic<std::int64_t> millis_{1'800'000'000'000};
};

// The lines that a guard says to the operator.
class Lines {
 public:
  std::function<void(const std::string&)> taker() {
    return [this](const std::string& line) {
      const std::lock_guard lock(mutex_);
      lines_.push_back(line);
      more_.notify_all();
    };
  }
  bool wait_for(std::string_view part) {
    std::unique_lock lock(mutex_);
    return more_.wait_for(lock, kPatience, [&] {
      for (const auto& line : lines_) {
        if (line.find(part) != line.npos) return true;
      }
      return false;
    });
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::vector<std::string> lines_;
};

std::string bearer(std::string_view token) {
  return "Bearer " + std::string(token);
}

std::string value_of(const Refusal& refusal, std::string_view field) {
  for (const auto& [name, value] : refusal.fields()) {
    if (name == field) return value;
  }
  return {};
}

bool says(const Refusal& refusal, std::string_view part) {
  return refusal.www_authenticate.find(part) != std::string::npos;
}

TEST(guard, the_first_check_waits_for_the_keys_and_later_ones_fetch_nothing) {
  Issuer issuer;
  Guard guard(issuer.api());
  const auto token = bearer(issuer.token({.subject = "ada", .scope = "notes.read"}));
  const auto first = guard.check(token, Need::of("notes.read"));
  ASSERT_TRUE(first.has_value()) << first.error().reason;
  EXPECT_EQ((*first)->subject, "ada");
  EXPECT_EQ((*first)->client_id.str(), "app-1");
  for (int i = 0; i < 20; ++i) {
    const auto looked = guard.look(bearer(issuer.token()));
    ASSERT_TRUE(looked && *looked);
  }
  EXPECT_EQ(issuer.asked("/jwks"), 1);
  EXPECT_EQ(issuer.asked(kMetadata), 1);
}

TEST(guard, a_token_seen_before_is_the_same_object) {
  Issuer issuer;
  Guard guard(issuer.api());
  const auto token = bearer(issuer.token());
  const auto first = guard.check(token);
  const auto second = guard.check(token);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->get(), second->get());
  const auto spelled = guard.check("bEARER   " + token.substr(7));
  ASSERT_TRUE(spelled);
  EXPECT_EQ(first->get(), spelled->get());
}

TEST(guard, remembers_nothing_where_told_so) {
  Issuer issuer;
  auto api = issuer.api();
  api.tokens_max = 0;
  Guard guard(std::move(api));
  const auto token = bearer(issuer.token());
  const auto first = guard.check(token);
  const auto second = guard.check(token);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->get(), second->get());
}

// JW-01 to JW-11, RFC 8725 §2, RFC 9068 §4; cold, and warm beside a good one.
TEST(guard, every_bad_token_is_refused_however_often_it_comes) {
  for (const auto algorithm : {jose::Algorithm::es256, jose::Algorithm::rs256,
                               jose::Algorithm::ps256, jose::Algorithm::eddsa}) {
    Issuer issuer({.algorithm = algorithm});
    Guard guard(issuer.api());
    ASSERT_TRUE(guard.check(bearer(issuer.token())));
    for (const BadToken& bad : issuer.bad_tokens()) {
      for (int i = 0; i < 2; ++i) {
        const auto verdict = guard.check(bearer(bad.text));
        ASSERT_FALSE(verdict.has_value()) << bad.name;
        EXPECT_EQ(verdict.error().status, 401) << bad.name;
        EXPECT_TRUE(says(verdict.error(), "error=\"invalid_token\"")) << bad.name;
      }
    }
    // JW-03, JW-04: none of them made it fetch keys.
    EXPECT_EQ(issuer.asked("/jwks"), 1);
  }
}

TEST(guard, keys_given_by_hand_need_no_issuer_to_answer) {
  Issuer issuer({.listens = false});
  Guard guard(issuer.api());
  const auto looked = guard.look(bearer(issuer.token()));
  ASSERT_TRUE(looked && *looked);
  for (const BadToken& bad : issuer.bad_tokens()) {
    const auto refused = guard.look(bearer(bad.text));
    ASSERT_TRUE(refused.has_value()) << bad.name;
    EXPECT_FALSE(refused->has_value()) << bad.name;
  }
}

// RFC 6750 §3.1, RFC 9728 §5.1.
TEST(guard, challenges_say_what_would_do_and_where_to_learn_more) {
  Issuer issuer({.audience = "https://api.test/notes", .listens = false});
  auto api = issuer.api();
  api.realm = "notes";
  api.scopes_supported = {"notes.read", "notes.write"};
  Guard guard(std::move(api));
  const std::string place =
      "resource_metadata=\"https://api.test/.well-known/oauth-protected-resource/notes\"";

  const auto none = guard.check("", Need::of("notes.read"));
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().status, 401);
  EXPECT_EQ(none.error().www_authenticate,
            "Bearer realm=\"notes\", scope=\"notes.read\", " + place);
  EXPECT_EQ(value_of(none.error(), "WWW-Authenticate"), none.error().www_authenticate);
  EXPECT_EQ(value_of(none.error(), "Content-Type"), "application/json");

  const auto narrow = guard.check(bearer(issuer.token({.scope = "notes.reader"})),
                                  Need::of("notes.read"));
  ASSERT_FALSE(narrow);  // CL-10
  EXPECT_EQ(narrow.error().status, 403);
  EXPECT_TRUE(says(narrow.error(), "error=\"insufficient_scope\""));
  EXPECT_TRUE(says(narrow.error(), "scope=\"notes.read\""));
  EXPECT_TRUE(says(narrow.error(), place));
  const auto body = Json::parse(narrow.error().body);
  ASSERT_TRUE(body);
  EXPECT_EQ(*body->find_string("error"), "insufficient_scope");

  const auto two = guard.check("Bearer abc, Bearer def");
  ASSERT_FALSE(two);
  EXPECT_EQ(two.error().status, 400);
  EXPECT_TRUE(says(two.error(), "error=\"invalid_request\""));

  ASSERT_TRUE(guard.metadata().has_value());
  EXPECT_EQ(guard.metadata()->path, "/.well-known/oauth-protected-resource/notes");
  const auto document = Json::parse(guard.metadata()->text);
  ASSERT_TRUE(document);
  EXPECT_EQ(*document->find_string("resource"), "https://api.test/notes");
  EXPECT_EQ(document->find_strings("authorization_servers"), std::vector{issuer.url()});
  EXPECT_EQ(document->find_strings("scopes_supported")->size(), 2U);
}

// RFC 9470 §3, asked of a token that was seen before too.
TEST(guard, a_sign_in_that_is_too_weak_or_too_old_is_to_be_repeated) {
  HandClock clock;
  Issuer issuer({.listens = false, .clock = clock.read()});
  Guard guard(issuer.api());
  const auto signed_in = to_seconds(clock.read()());
  const auto token = bearer(issuer.token(
      {.claims = Json::object({{"auth_time", signed_in}, {"acr", "phr"}})}));
  Need strong;
  strong.acr_values = {"phrh", "phr"};
  EXPECT_TRUE(guard.check(token, strong));
  strong.acr_values = {"phrh", "PHR"};
  const auto weak = guard.check(token, strong);
  ASSERT_FALSE(weak);
  EXPECT_EQ(weak.error().status, 401);
  EXPECT_TRUE(says(weak.error(), "error=\"insufficient_user_authentication\""));
  EXPECT_TRUE(says(weak.error(), "acr_values=\"phrh PHR\""));

  Need recent;
  recent.max_age = std::chrono::seconds(300);
  EXPECT_TRUE(guard.check(token, recent));
  clock.move(std::chrono::seconds(361));
  const auto old = guard.check(token, recent);
  ASSERT_FALSE(old);
  EXPECT_TRUE(says(old.error(), "max_age=\"300\""));
  EXPECT_TRUE(guard.check(token));
  // Without an auth_time nobody knows.
  EXPECT_FALSE(guard.check(bearer(issuer.token()), recent));
}

TEST(guard, a_token_seen_before_expires_all_the_same) {
  HandClock clock;
  Issuer issuer({.listens = false, .clock = clock.read()});
  Guard guard(issuer.api());
  const auto token = bearer(issuer.token({.lifetime = std::chrono::seconds(100)}));
  EXPECT_TRUE(guard.check(token));
  clock.move(std::chrono::seconds(159));
  EXPECT_TRUE(guard.check(token));
  clock.move(std::chrono::seconds(1));  // JW-05: 60 s of skew are over
  EXPECT_FALSE(guard.check(token));
}

// JW-04: the key that signs is new: one fetch, and the check waits for it.
TEST(guard, an_unknown_key_is_asked_for_once) {
  HandClock clock;
  Issuer issuer({.clock = clock.read()});
  Guard guard(issuer.api());
  ASSERT_TRUE(guard.check(bearer(issuer.token())));
  clock.move(std::chrono::seconds(31));
  issuer.rotate();
  const auto fresh = guard.check(bearer(issuer.token()));
  EXPECT_TRUE(fresh) << fresh.error().reason;
  EXPECT_EQ(issuer.asked("/jwks"), 2);
  EXPECT_EQ(issuer.asked(kMetadata), 1);
}

// JW-04, CWE-400.
TEST(guard, a_flood_of_unknown_keys_is_one_fetch_in_thirty_seconds) {
  HandClock clock;
  Issuer issuer({.clock = clock.read()});
  Guard guard(issuer.api());
  ASSERT_TRUE(guard.check(bearer(issuer.token())));
  const auto key = jose::PrivateKey::generate(jose::Algorithm::es256);
  const auto flood = [&] {
    for (int i = 0; i < 300; ++i) {
      const auto text = jose::sign_jwt(
          key, jose::Algorithm::es256,
          Json::object({{"typ", "at+jwt"}, {"kid", "../" + std::to_string(i)}}), Json::object());
      const auto verdict = guard.check(bearer(text));
      EXPECT_TRUE(!verdict && verdict.error().status == 401);
    }
  };
  flood();
  EXPECT_EQ(issuer.asked("/jwks"), 1);  // the keys had just been read
  clock.move(std::chrono::seconds(30));
  flood();
  EXPECT_EQ(issuer.asked("/jwks"), 2);
}

TEST(guard, keys_are_read_anew_behind_the_scenes) {
  HandClock clock;
  Issuer issuer({.clock = clock.read()});
  Guard guard(issuer.api());
  ASSERT_TRUE(guard.check(bearer(issuer.token())));
  clock.move(std::chrono::minutes(5));
  EXPECT_TRUE(guard.look(bearer(issuer.token())).has_value());
  EXPECT_TRUE(issuer.wait_until_asked("/jwks", 2));
}

// JW-15: what a key that was taken back had signed is refused, seen before or not.
TEST(guard, a_token_dies_with_its_key) {
  HandClock clock;
  Issuer issuer({.clock = clock.read()});
  Guard guard(issuer.api());
  const auto old = bearer(issuer.token());
  ASSERT_TRUE(guard.check(old));
  issuer.rotate();
  issuer.forget_old_keys();
  clock.move(std::chrono::seconds(31));
  ASSERT_TRUE(guard.check(bearer(issuer.token())));  // of an unknown key: the keys are read anew
  const auto dead = guard.check(old);
  ASSERT_FALSE(dead);
  EXPECT_EQ(dead.error().status, 401);
}

// CL-11.
TEST(guard, keys_outlive_an_issuer_that_is_down_but_not_for_ever) {
  HandClock clock;
  Lines lines;
  Issuer issuer({.clock = clock.read()});
  auto api = issuer.api();
  api.notice = lines.taker();
  api.keys_stale_max = std::chrono::hours(2);
  Guard guard(std::move(api));
  const grantd::testing::Wish lasting{.lifetime = std::chrono::hours(24)};
  const auto seen = bearer(issuer.token(lasting));
  ASSERT_TRUE(guard.check(seen));
  issuer.set_mood(Mood::failing);
  clock.move(std::chrono::hours(1));
  EXPECT_TRUE(guard.check(seen));
  EXPECT_TRUE(guard.check(bearer(issuer.token(lasting))));
  ASSERT_TRUE(lines.wait_for("cannot be had"));
  EXPECT_TRUE(guard.check(bearer(issuer.token(lasting))));
  // Of an unknown key nobody can say whether it is one by now: not refused for good.
  issuer.rotate();
  const auto unknown = guard.check(bearer(issuer.token(lasting)));
  ASSERT_FALSE(unknown);
  EXPECT_EQ(unknown.error().status, 503);
  EXPECT_EQ(value_of(unknown.error(), "Retry-After"), "1");
  EXPECT_TRUE(unknown.error().www_authenticate.empty());

  clock.move(std::chrono::hours(1));
  const auto stale = guard.check(seen);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().status, 503);
  EXPECT_FALSE(guard.ready());

  issuer.set_mood(Mood::sound);
  // A fetch that failed may just have ended: time goes on until the next one is due.
  for (int i = 0; i < 100 && !guard.ready(Duration(50)); ++i) {
    clock.move(std::chrono::minutes(1));
    guard.look(seen);
  }
  EXPECT_TRUE(lines.wait_for("can be had again"));
  EXPECT_TRUE(guard.ready());
  EXPECT_TRUE(guard.check(seen));
}

// CL-11: a caller waits for wait_max at most, and then for nothing.
TEST(guard, an_issuer_that_is_silent_holds_nobody_up) {
  Lines lines;
  Issuer issuer;
  issuer.set_mood(Mood::silent);
  auto api = issuer.api();
  api.wait_max = std::chrono::milliseconds(50);
  api.fetch_max = std::chrono::milliseconds(300);
  api.notice = lines.taker();
  Guard guard(std::move(api));
  const auto token = bearer(issuer.token());
  const auto begun = std::chrono::steady_clock::now();
  const auto verdict = guard.check(token);
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(2));
  ASSERT_FALSE(verdict);
  EXPECT_EQ(verdict.error().status, 503);
  ASSERT_TRUE(lines.wait_for("cannot be had"));
  const auto looked = guard.look(token);  // it is known now: nothing to wait for
  ASSERT_TRUE(looked.has_value());
  EXPECT_EQ(looked->error().status, 503);
}

TEST(guard, more_checks_than_may_wait_are_answered_at_once) {
  Issuer issuer;
  issuer.set_mood(Mood::silent);
  auto api = issuer.api();
  api.waiting_max = 3;
  api.wait_max = kPatience;
  std::atomic<int> answered{0};
  {
    Guard guard(std::move(api));
    const auto token = bearer(issuer.token());
    for (int i = 0; i < 10; ++i) {
      guard.check(token, {}, [&](Verdict verdict) {
        EXPECT_FALSE(verdict);
        ++answered;
      });
    }
    EXPECT_EQ(answered, 7);
    issuer.set_mood(Mood::failing);
  }
  EXPECT_EQ(answered, 10);  // each once, at the latest when the guard goes
}

TEST(guard, an_event_loop_is_called_back) {
  Issuer issuer;
  Guard guard(issuer.api());
  std::mutex mutex;
  std::condition_variable came;
  std::optional<Verdict> verdict;
  const auto token = bearer(issuer.token());
  guard.check(token, {}, [&](Verdict given) {
    const std::lock_guard lock(mutex);
    verdict = std::move(given);
    came.notify_all();
  });
  {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(came.wait_for(lock, kPatience, [&] { return verdict.has_value(); }));
  }
  EXPECT_TRUE(verdict->has_value());
  bool at_once = false;
  guard.check(token, {}, [&](Verdict given) { at_once = given.has_value(); });
  EXPECT_TRUE(at_once);
}

// CL-04, RFC 8414 §3.3: the metadata of another issuer, or of none, gives no keys.
TEST(guard, only_the_issuer_itself_says_where_its_keys_are) {
  Lines lines;
  Issuer issuer;
  auto api = issuer.api();
  api.issuer = "http://localhost" + issuer.url().substr(issuer.url().rfind(':'));
  api.notice = lines.taker();
  Guard guard(std::move(api));
  EXPECT_FALSE(guard.check(bearer(issuer.token())));
  EXPECT_TRUE(lines.wait_for("issuer: expected \"http://localhost"));
  EXPECT_EQ(issuer.asked("/jwks"), 0);
}

TEST(guard, settings_that_cannot_be_right_let_nobody_in) {
  Issuer issuer;
  const auto refuses = [&](const std::function<void(Api&)>& change) {
    Api api = issuer.api_with_introspection();
    api.notice = [](const std::string&) {};
    change(api);
    Guard guard(std::move(api));
    const auto verdict = guard.check(bearer(issuer.token()));
    return !verdict && verdict.error().status == 503 && !guard.ready(kPatience);
  };
  EXPECT_TRUE(refuses([](Api& api) { api.issuer = "http://auth.example"; }));
  EXPECT_TRUE(refuses([](Api& api) { api.issuer = ""; }));
  EXPECT_TRUE(refuses([](Api& api) { api.audience = ""; }));
  EXPECT_TRUE(refuses([](Api& api) { api.algorithms.clear(); }));
  EXPECT_TRUE(refuses([](Api& api) { api.jwks_uri = "http://auth.example/jwks"; }));
  EXPECT_TRUE(refuses([](Api& api) { api.introspection->client_id = ""; }));
  EXPECT_TRUE(refuses([](Api& api) { api.introspection->client_secret = Secret(); }));
  EXPECT_TRUE(refuses([](Api& api) { api.introspection->endpoint = "http://auth.example/i"; }));
}

TEST(guard, is_ready_when_the_keys_are_there) {
  Issuer issuer;
  Guard guard(issuer.api());
  EXPECT_TRUE(guard.ready(kPatience));
  EXPECT_TRUE(guard.look(bearer(issuer.token())).has_value());
}

// Many threads, keys that change and a table that overflows: every verdict is right.
TEST(guard, many_threads_get_right_verdicts_while_keys_and_tokens_come_and_go) {
  HandClock clock;
  Issuer issuer({.clock = clock.read()});
  auto api = issuer.api();
  api.tokens_max = 8;
  api.waiting_max = 1000;
  api.wait_max = kPatience;
  Guard guard(std::move(api));
  ASSERT_TRUE(guard.ready(kPatience));
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  std::vector<std::thread> threads;
  for (int number = 0; number < 4; ++number) {
    // Before any rotation: a key that is newer than the last fetch is known 30 s later at most.
    std::vector<std::string> tokens;
    for (int i = 0; i < 6; ++i) {
      tokens.push_back(bearer(issuer.token({.subject = std::to_string(number * 10 + i)})));
    }
    threads.emplace_back([&, number, tokens = std::move(tokens)] {
      for (int turn = 0; turn < 200 && !stop; ++turn) {
        const int i = turn % 6;
        const auto verdict = guard.check(tokens[static_cast<std::size_t>(i)]);
        if (!verdict || (*verdict)->subject != std::to_string(number * 10 + i)) ++wrong;
        const auto bad = guard.check(tokens[static_cast<std::size_t>(i)] + "A");
        if (bad) ++wrong;
      }
    });
  }
  for (int i = 0; i < 5; ++i) {
    issuer.rotate();
    clock.move(std::chrono::seconds(31));
    if (!guard.check(bearer(issuer.token()))) ++wrong;
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(wrong, 0);
}

// ---- RFC 7662

TEST(guard, asks_the_issuer_about_an_opaque_token_and_remembers_for_a_while) {
  for (const bool by_key : {false, true}) {
    HandClock clock;
    Issuer issuer({.clock = clock.read()});
    Guard guard(issuer.api_with_introspection(by_key));
    const auto token = issuer.opaque_token({.subject = "ada", .scope = "notes.read"});
    const auto verdict = guard.check(bearer(token), Need::of("notes.read"));
    ASSERT_TRUE(verdict) << verdict.error().reason;
    EXPECT_EQ((*verdict)->subject, "ada");
    EXPECT_TRUE(guard.look(bearer(token)).has_value());
    EXPECT_EQ(guard.check(bearer(token), Need::of("notes.write")).error().status, 403);
    EXPECT_EQ(issuer.asked("/introspect"), 1);

    issuer.revoke(token);
    clock.move(std::chrono::seconds(29));
    EXPECT_TRUE(guard.check(bearer(token)));
    clock.move(std::chrono::seconds(1));
    const auto revoked = guard.check(bearer(token));
    ASSERT_FALSE(revoked);
    EXPECT_EQ(revoked.error().status, 401);
    EXPECT_TRUE(says(revoked.error(), "error=\"invalid_token\""));
    EXPECT_EQ(issuer.asked("/introspect"), 2);
    EXPECT_FALSE(guard.check(bearer(token)));  // that it is none is remembered as well
    EXPECT_EQ(issuer.asked("/introspect"), 2);
    // A JWT needs no question.
    EXPECT_TRUE(guard.check(bearer(issuer.token())));
    EXPECT_EQ(issuer.asked("/introspect"), 2);
  }
}

TEST(guard, an_answer_counts_no_longer_than_the_token) {
  HandClock clock;
  Issuer issuer({.clock = clock.read()});
  Guard guard(issuer.api_with_introspection());
  const auto token = bearer(issuer.opaque_token({.lifetime = std::chrono::seconds(5)}));
  EXPECT_TRUE(guard.check(token));
  clock.move(std::chrono::seconds(5));
  EXPECT_FALSE(guard.check(token));
}

TEST(guard, a_token_without_the_issuers_prefix_costs_no_question) {
  Issuer issuer;
  Guard guard(issuer.api_with_introspection());
  for (const auto* text : {"x", "a.b.c", "GAT_x", "grt_x"}) {
    const auto verdict = guard.check(bearer(text));
    ASSERT_FALSE(verdict) << text;
    EXPECT_EQ(verdict.error().status, 401) << text;
  }
  EXPECT_EQ(issuer.asked("/introspect"), 0);
}

TEST(guard, requests_with_the_same_token_share_one_question) {
  Issuer issuer;
  auto api = issuer.api_with_introspection();
  api.wait_max = kPatience;
  Guard guard(std::move(api));
  ASSERT_TRUE(guard.ready(kPatience));
  const auto token = bearer(issuer.opaque_token());
  issuer.set_mood(Mood::silent);
  std::atomic<int> good{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] { good += guard.check(token).has_value() ? 1 : 0; });
  }
  ASSERT_TRUE(issuer.wait_until_asked("/introspect", 1));
  issuer.set_mood(Mood::sound);
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 8);
  EXPECT_EQ(issuer.asked("/introspect"), 1);
}

TEST(guard, an_issuer_that_cannot_be_asked_is_no_reason_to_refuse_for_good) {
  HandClock clock;
  Lines lines;
  Issuer issuer({.clock = clock.read()});
  auto api = issuer.api_with_introspection();
  api.notice = lines.taker();
  Guard guard(std::move(api));
  ASSERT_TRUE(guard.ready(kPatience));
  const auto token = bearer(issuer.opaque_token());
  issuer.set_mood(Mood::failing);
  EXPECT_EQ(guard.check(token).error().status, 503);
  EXPECT_TRUE(lines.wait_for("introspection"));
  EXPECT_EQ(guard.check(token).error().status, 503);
  EXPECT_EQ(issuer.asked("/introspect"), 1);  // it had just failed: not asked again
  issuer.set_mood(Mood::sound);
  clock.move(std::chrono::seconds(1));
  EXPECT_TRUE(guard.check(token));
}

TEST(guard, wrong_credentials_of_its_own_are_not_the_tokens_fault) {
  Lines lines;
  Issuer issuer;
  auto api = issuer.api_with_introspection();
  api.introspection->client_secret = Secret("another");
  api.notice = lines.taker();
  Guard guard(std::move(api));
  EXPECT_EQ(guard.check(bearer(issuer.opaque_token())).error().status, 503);
  EXPECT_TRUE(lines.wait_for("credentials"));
}

}  // namespace
}  // namespace grantd::guard
