// Argon2id hashes, the pool that computes them, the cache of imported secrets.
// RFC 9106; EN-01, EN-09, EN-11, CA-13.
#include "grantd/server/passwords.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace grantd::server {
namespace {

using namespace std::string_literals;
using Kind = core::ProofAnswer::Kind;

constexpr Argon2Parameters kCheap{64, 1};

Secret secret(std::string_view text) {
  return Secret(text);
}

TEST(passwords, a_hash_names_its_parameters_and_its_salt_is_fresh) {
  const auto hash = hash_password(secret("hunter2"), Argon2Parameters{});
  EXPECT_TRUE(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$")) << hash;
  EXPECT_EQ(parameters_of(hash), Argon2Parameters{});
  EXPECT_EQ(verify_password(hash, secret("hunter2")), Kind::matches);
  EXPECT_EQ(verify_password(hash, secret("hunter3")), Kind::differs);
  EXPECT_NE(hash_password(secret("x"), kCheap), hash_password(secret("x"), kCheap));
}

// Made by the reference implementation: echo -n secret | argon2 saltsaltsalt -id -t 2 -k 64 -p 2
TEST(passwords, a_hash_made_elsewhere_verifies) {
  const auto phc =
      "$argon2id$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0$d/P2tukDc3dxLBIYQDXb3wynCS9Cd2Hxis4jTPv88IQ"s;
  EXPECT_EQ(verify_password(phc, secret("secret")), Kind::matches);
  EXPECT_EQ(verify_password(phc, secret("Secret")), Kind::differs);
}

// EN-09: no trim, no cut, no normalisation.
TEST(passwords, a_password_counts_byte_for_byte) {
  for (const auto& text :
       {""s, " "s, "trailing "s, "\0zero"s, "\xf0\x9f\x94\x91 emoji"s, "e\xcc\x81"s,
        std::string(128, 'x'), std::string(kPasswordBytesMax, 'y')}) {
    const auto hash = hash_password(Secret(text), kCheap);
    EXPECT_EQ(verify_password(hash, Secret(text)), Kind::matches);
    EXPECT_EQ(verify_password(hash, Secret(text + " ")), Kind::differs);
    if (!text.empty()) {
      EXPECT_EQ(verify_password(hash, Secret(text.substr(0, text.size() - 1))), Kind::differs);
    }
  }
  EXPECT_EQ(verify_password(hash_password(secret("\xc3\xa9"), kCheap), secret("e\xcc\x81")),
            Kind::differs);
}

TEST(passwords, what_is_no_argon2id_hash_or_takes_the_machine_is_refused) {
  const auto good = hash_password(secret("x"), kCheap);
  const auto tail = good.substr(good.find("p=1") + 3);
  for (const auto& bad :
       {""s, "x"s, good.substr(1), good + "$x", "$argon2i$v=19$m=64,t=1,p=1" + tail,
        "$argon2id$v=16$m=64,t=1,p=1" + tail, "$argon2id$m=64,t=1,p=1" + tail,
        "$argon2id$v=19$m=64,t=0,p=1" + tail, "$argon2id$v=19$m=064,t=1,p=1" + tail,
        "$argon2id$v=19$m=-64,t=1,p=1" + tail, "$argon2id$v=19$m=99999999999,t=1,p=1" + tail,
        "$argon2id$v=19$m=2097152,t=1,p=1" + tail, "$argon2id$v=19$m=64,t=101,p=1" + tail,
        "$argon2id$v=19$m=64,t=1,p=16" + tail, "$argon2id$v=19$m=64,t=1,p=1,x=1" + tail,
        "$argon2id$v=19$m=64,t=1,p=1$$"s, "$2b$12$abcdefghijklmnopqrstuv"s}) {
    EXPECT_FALSE(parameters_of(bad).has_value()) << bad;
    EXPECT_EQ(verify_password(bad, secret("x")), Kind::differs) << bad;
  }
}

TEST(passwords, a_weaker_hash_needs_an_upgrade_and_an_equal_one_does_not) {
  const auto phc = [](int memory, int iterations) {
    return "$argon2id$v=19$m=" + std::to_string(memory) + ",t=" + std::to_string(iterations) +
           ",p=1$c2FsdHNhbHRzYWx0$" + std::string(43, 'A');
  };
  const Argon2Parameters wanted;
  EXPECT_FALSE(needs_upgrade(phc(19'456, 2), wanted));
  EXPECT_FALSE(needs_upgrade(phc(65'536, 3), wanted));
  EXPECT_FALSE(needs_upgrade(phc(47'104, 1), wanted));  // OWASP's equal with more memory
  EXPECT_TRUE(needs_upgrade(phc(19'456, 1), wanted));
  EXPECT_TRUE(needs_upgrade(phc(4'096, 3), wanted));
  EXPECT_TRUE(needs_upgrade("$2b$12$abcdefghijklmnopqrstuv", wanted));
}

// EN-01: an unknown user costs what a known one costs, and no password fits.
TEST(passwords, the_dummy_costs_the_same_and_matches_nothing) {
  const auto dummy = dummy_hash(Argon2Parameters{});
  EXPECT_EQ(parameters_of(dummy), Argon2Parameters{});
  EXPECT_EQ(dummy, dummy_hash(Argon2Parameters{}));
  EXPECT_EQ(dummy.size(), hash_password(secret("x"), Argon2Parameters{}).size());
  EXPECT_EQ(verify_password(dummy, secret("")), Kind::differs);
  EXPECT_EQ(verify_password(dummy, secret("password")), Kind::differs);
}

// Asks the pool and waits.
core::ProofAnswer ask(PasswordPool& pool, std::string phc, std::string_view password,
                      bool upgrade) {
  BlockingLoop loop;
  core::ProofAnswer answer;
  bool done = false;
  pool.verify(std::move(phc), Secret(password), {}, upgrade, [&](core::ProofAnswer given) {
    answer = std::move(given);
    done = true;
  });
  loop.run_until(done);
  return answer;
}

TEST(password_pool, says_matches_and_differs) {
  PasswordPool pool(1, kCheap);
  const auto hash = hash_password(secret("right"), kCheap);
  EXPECT_EQ(ask(pool, hash, "right", false).kind, Kind::matches);
  EXPECT_EQ(ask(pool, hash, "wrong", false).kind, Kind::differs);
  EXPECT_EQ(ask(pool, dummy_hash(kCheap), "right", false).kind, Kind::differs);
}

TEST(password_pool, upgrades_only_a_weaker_hash_that_matched_where_asked) {
  const Argon2Parameters wanted{128, 2};
  PasswordPool pool(1, wanted);
  const auto weak = hash_password(secret("pw"), kCheap);
  const auto upgraded = ask(pool, weak, "pw", true).upgraded;
  EXPECT_EQ(parameters_of(upgraded), wanted);
  EXPECT_EQ(verify_password(upgraded, secret("pw")), Kind::matches);
  EXPECT_EQ(ask(pool, weak, "pw", false).upgraded, "");
  EXPECT_EQ(ask(pool, weak, "other", true).upgraded, "");
  EXPECT_EQ(ask(pool, upgraded, "pw", true).upgraded, "");
}

// EN-11: past the bound the answer comes at once, and who was let in is served.
TEST(password_pool, what_would_wait_too_long_is_overloaded_at_once) {
  constexpr std::chrono::milliseconds kBound{500};
  PasswordPool pool(1, kCheap, {.burst = kBound, .standing = kBound});
  const auto slow = hash_password(secret("pw"), Argon2Parameters{19'456, 1});
  BlockingLoop loop;
  int matched = 0;
  int overloaded = 0;
  bool done = false;
  constexpr int kJobs = 200;
  for (int i = 0; i < kJobs; ++i) {
    pool.verify(slow, secret("pw"), {}, false, [&](core::ProofAnswer answer) {
      matched += answer.kind == Kind::matches;
      overloaded += answer.kind == Kind::overloaded;
      done = matched + overloaded == kJobs;
    });
  }
  loop.run_until(done);
  EXPECT_GE(matched, 1);
  EXPECT_GE(overloaded, 100);
  EXPECT_EQ(matched + overloaded, kJobs);
}

using Numbered = std::pair<int, Kind>;

// Asks for hashes one after the other, and keeps the answers in the order in which they came.
class Asked {
 public:
  explicit Asked(PasswordPool& pool) : pool_(pool) {}

  void ask(int number, const std::string& phc) {
    ++open_;
    done_ = false;
    pool_.verify(phc, secret("pw"), {}, false, [this, number](core::ProofAnswer answer) {
      answers_.emplace_back(number, answer.kind);
      done_ = --open_ == 0;
    });
  }
  const std::vector<Numbered>& answers() {
    loop_.run_until(done_);
    return answers_;
  }

 private:
  BlockingLoop loop_;
  PasswordPool& pool_;
  std::vector<Numbered> answers_;
  int open_ = 0;
  bool done_ = false;
};

// L3, EN-11: who came with a burst is served, also by a queue that is to be kept short otherwise.
TEST(password_pool, a_burst_may_wait) {
  PasswordPool pool(1, kCheap, {.burst = std::chrono::hours(1), .standing = Duration(0)});
  const auto quick = hash_password(secret("pw"), kCheap);
  Asked asked(pool);
  std::vector<Numbered> wanted = {{0, Kind::differs}};
  asked.ask(0, dummy_hash({65'536, 10}));
  for (int i = 1; i <= 30; ++i) {
    asked.ask(i, quick);
    wanted.emplace_back(i, Kind::matches);
  }
  EXPECT_EQ(asked.answers(), wanted);
}

TEST(password_pool, a_queue_that_stands_is_kept_short) {  // L3, EN-11
  using std::chrono::milliseconds;
  PasswordPool pool(1, kCheap, {.burst = milliseconds(1000), .standing = milliseconds(0)});
  const auto quick = hash_password(secret("pw"), kCheap);
  Asked asked(pool);
  asked.ask(0, dummy_hash({65'536, 90}));  // runs for longer than what follows takes
  // A new pool assumes that a job takes 50 ms: so many fit into the burst, and one more would.
  for (int i = 1; i <= 18; ++i) asked.ask(i, quick);
  std::this_thread::sleep_for(milliseconds(1100));
  asked.ask(19, quick);
  std::vector<Numbered> wanted = {{19, Kind::overloaded}, {0, Kind::differs}};
  for (int i = 1; i <= 17; ++i) wanted.emplace_back(i, Kind::overloaded);  // had waited too long
  wanted.emplace_back(18, Kind::matches);  // so had this, but nobody was behind it
  EXPECT_EQ(asked.answers(), wanted);
}

TEST(password_pool, answers_come_on_the_loop_that_asked_and_none_is_lost_at_the_end) {
  BlockingLoop loop;
  const auto here = std::this_thread::get_id();
  std::set<std::thread::id> seen;
  int answers = 0;
  bool done = false;
  {
    PasswordPool pool(2, kCheap);
    for (int i = 0; i < 20; ++i) {
      pool.verify(dummy_hash({8192, 2}), secret("pw"), {}, false, [&](core::ProofAnswer) {
        seen.insert(std::this_thread::get_id());
        done = ++answers == 20;
      });
    }
  }
  loop.run_until(done);
  EXPECT_EQ(answers, 20);
  EXPECT_EQ(seen, std::set{here});
}

TEST(secret_cache, knows_exactly_what_was_found_right) {
  SecretCache cache;
  EXPECT_FALSE(cache.knows("$phc", secret("s")));
  cache.remember("$phc", secret("s"));
  cache.remember("$phc", secret("s"));
  EXPECT_TRUE(cache.knows("$phc", secret("s")));
  EXPECT_FALSE(cache.knows("$phc", secret("t")));
  EXPECT_FALSE(cache.knows("$phd", secret("s")));  // rotated: another hash
  EXPECT_FALSE(cache.knows("$ph", secret("cs")));  // the border between them counts
  EXPECT_FALSE(cache.knows("$phcs", secret("")));
  EXPECT_FALSE(SecretCache().knows("$phc", secret("s")));
}

TEST(secret_cache, is_bounded_and_forgets_the_oldest) {
  SecretCache cache(3);
  for (const auto* text : {"a", "b", "c", "d"}) cache.remember("$phc", secret(text));
  EXPECT_FALSE(cache.knows("$phc", secret("a")));
  for (const auto* text : {"b", "c", "d"}) EXPECT_TRUE(cache.knows("$phc", secret(text))) << text;
}

}  // namespace
}  // namespace grantd::server
