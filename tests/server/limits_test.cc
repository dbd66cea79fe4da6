// Counting attempts: EN-04 to EN-06, CA-14, CWE-770.
#include "grantd/server/limits.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace grantd::server {
namespace {

using std::chrono::seconds;

constexpr Limit kLogin{10, seconds(30)};
const Time kNow = from_seconds(1'800'000'000);

// CA-14: after the tries, the wait is told; it is the time until the next one.
TEST(limits, after_the_tries_the_wait_is_told) {
  Limits limits(64);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(limits.reserve("login:alice", kLogin, kNow)) << i;
  EXPECT_EQ(limits.reserve("login:alice", kLogin, kNow), seconds(30));
  EXPECT_EQ(limits.peek("login:alice", kLogin, kNow + seconds(12)), seconds(18));
  // Another key is another bucket.
  EXPECT_FALSE(limits.peek("login:bob", kLogin, kNow));
}

// EN-05: never a permanent lock; and a refused attempt costs the owner nothing.
TEST(limits, a_try_comes_back_each_refill_however_often_one_was_refused) {
  Limits limits(64);
  for (int i = 0; i < 500; ++i) limits.reserve("login:alice", kLogin, kNow);
  EXPECT_FALSE(limits.reserve("login:alice", kLogin, kNow + seconds(30)));
  EXPECT_EQ(limits.reserve("login:alice", kLogin, kNow + seconds(30)), seconds(30));
  // After tries * refill the bucket is full again, and no fuller.
  const Time later = kNow + seconds(10'000);
  int taken = 0;
  while (!limits.reserve("login:alice", kLogin, later)) ++taken;
  EXPECT_EQ(taken, 10);
}

// EN-04: parallel guesses are each counted.
TEST(limits, of_100_parallel_attempts_exactly_the_allowed_ones_pass) {
  Limits limits(64);
  std::atomic<int> passed = 0;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < 25; ++i) passed += !limits.reserve("login:alice", kLogin, kNow);
      });
    }
  }
  EXPECT_EQ(passed, 10);
}

TEST(limits, peek_takes_nothing) {
  Limits limits(64);
  const Limit one{1, seconds(1)};
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(limits.peek("k", one, kNow));
  EXPECT_FALSE(limits.reserve("k", one, kNow));
  EXPECT_TRUE(limits.peek("k", one, kNow));
}

TEST(limits, what_is_given_back_can_be_taken_again) {
  Limits limits(64);
  for (int i = 0; i < 10; ++i) limits.reserve("k", kLogin, kNow);
  limits.give_back("k", kLogin, kNow);
  EXPECT_FALSE(limits.reserve("k", kLogin, kNow));
  EXPECT_TRUE(limits.reserve("k", kLogin, kNow));
  // Given back more often than taken: a bucket is never more than full.
  for (int i = 0; i < 50; ++i) limits.give_back("k", kLogin, kNow);
  int taken = 0;
  while (!limits.reserve("k", kLogin, kNow)) ++taken;
  EXPECT_EQ(taken, 10);
  limits.give_back("never seen", kLogin, kNow);
  EXPECT_FALSE(limits.peek("never seen", kLogin, kNow));
}

TEST(limits, what_happened_already_is_counted_and_never_more_than_the_bucket) {
  Limits limits(64);
  for (int i = 0; i < 3; ++i) limits.count("k", kLogin, kNow);
  int taken = 0;
  while (!limits.reserve("k", kLogin, kNow)) ++taken;
  EXPECT_EQ(taken, 7);
  for (int i = 0; i < 1000; ++i) limits.count("k", kLogin, kNow);
  EXPECT_EQ(limits.peek("k", kLogin, kNow), seconds(30));
}

// A clock set back must not lock people out.
TEST(limits, a_clock_set_back_waits_no_longer_than_a_bucket_fills) {
  Limits limits(64);
  for (int i = 0; i < 10; ++i) limits.reserve("k", kLogin, kNow);
  EXPECT_EQ(limits.peek("k", kLogin, kNow - std::chrono::hours(24)), seconds(30));
  const Limit smaller{2, seconds(5)};
  EXPECT_EQ(limits.peek("k", smaller, kNow), seconds(5));
}

// The flood of CWE-770: new keys take no memory and do not free an exhausted bucket.
TEST(limits, a_flood_of_new_keys_does_not_free_an_exhausted_bucket) {
  Limits limits(1024);
  for (int i = 0; i < 10; ++i) limits.reserve("login:mallory", kLogin, kNow);
  for (int i = 0; i < 50'000; ++i) limits.reserve("login:flood" + std::to_string(i), kLogin, kNow);
  EXPECT_TRUE(limits.peek("login:mallory", kLogin, kNow));
}

TEST(limits, a_full_table_still_counts_new_keys) {
  Limits limits(8);  // one set
  for (int k = 0; k < 100; ++k) {
    const auto key = "k" + std::to_string(k);
    int taken = 0;
    while (!limits.reserve(key, kLogin, kNow)) ++taken;
    EXPECT_EQ(taken, 10) << key;
  }
}

// EN-06: who holds an IPv6 network holds 2^64 addresses.
TEST(limits, an_ipv6_address_counts_as_its_64_bit_network) {
  EXPECT_EQ(address_key("203.0.113.5"), "203.0.113.5");
  EXPECT_NE(address_key("203.0.113.5"), address_key("203.0.113.6"));
  EXPECT_EQ(address_key("::ffff:203.0.113.5"), "203.0.113.5");
  EXPECT_EQ(address_key("2001:db8:1:2::1"), address_key("2001:DB8:1:2:ffff:ffff:ffff:ffff"));
  EXPECT_NE(address_key("2001:db8:1:2::1"), address_key("2001:db8:1:3::1"));
  EXPECT_EQ(address_key("fe80::1%eth0"), address_key("fe80::2"));
  EXPECT_EQ(address_key("unix"), "unix");
}

}  // namespace
}  // namespace grantd::server
