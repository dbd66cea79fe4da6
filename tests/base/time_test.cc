#include "grantd/base/time.h"

#include <gtest/gtest.h>

#include <thread>

#include "grantd/base/loop.h"
#include "grantd/base/strong.h"

namespace grantd {
namespace {

// RFC 3339 §5.6.
TEST(Rfc3339, seconds_in_utc) {
  EXPECT_EQ(to_rfc3339(from_seconds(0)), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_rfc3339(from_seconds(1795359202)), "2026-11-22T14:53:22Z");
  EXPECT_EQ(to_rfc3339(from_seconds(951782400)), "2000-02-29T00:00:00Z");
  EXPECT_EQ(to_rfc3339(from_millis(-1)), "1969-12-31T23:59:59Z");
}

// RFC 7519 §2, NumericDate.
TEST(NumericDate, is_rounded_down) {
  EXPECT_EQ(to_seconds(from_millis(1999)), 1);
  EXPECT_EQ(to_seconds(from_millis(-1)), -1);
  EXPECT_EQ(to_millis(from_seconds(2)), 2000);
}

TEST(Durations, read_and_written_in_the_largest_unit) {
  const std::pair<const char*, std::int64_t> rows[] = {{"90s", 90000},    {"15m", 900000},
                                                       {"25h", 90000000}, {"14d", 1209600000},
                                                       {"0s", 0},         {"1500ms", 1500}};
  for (const auto& [text, millis] : rows) {
    EXPECT_EQ(parse_duration(text).count(), millis) << text;
    EXPECT_EQ(to_text(Duration(millis)), text);
  }
  EXPECT_EQ(to_text(parse_duration("60s")), "1m");
  EXPECT_EQ(to_text(parse_duration("48h")), "2d");
}

TEST(Durations, what_is_none_is_negative) {
  for (const char* text : {"", "s", "15", "-1s", "+1s", "1.5h", "1 h", "1h ", "1H", "1y", "1h30m",
                           "99999999999999999999s", "9223372036854775807d", "400000d", "0x1s"}) {
    EXPECT_LT(parse_duration(text), Duration::zero()) << text;
  }
}

TEST(BlockingLoop, works_off_tasks_of_other_threads_on_its_own) {
  ASSERT_EQ(Loop::current(), nullptr);
  {
    BlockingLoop loop;
    ASSERT_EQ(Loop::current(), &loop);
    bool done = false;
    std::thread::id ran_on;
    std::thread other([&] {
      EXPECT_EQ(Loop::current(), nullptr);
      loop.post([&] { ran_on = std::this_thread::get_id(); });
      loop.post([&] { done = true; });
    });
    loop.run_until(done);
    other.join();
    EXPECT_EQ(ran_on, std::this_thread::get_id());
    {
      BlockingLoop inner;
      EXPECT_EQ(Loop::current(), &inner);
    }
    EXPECT_EQ(Loop::current(), &loop);
  }
  EXPECT_EQ(Loop::current(), nullptr);
}

TEST(BlockingLoop, a_task_may_post_another) {
  BlockingLoop loop;
  bool done = false;
  loop.post([&] { loop.post([&] { done = true; }); });
  loop.run_until(done);
  EXPECT_TRUE(done);
}

template <class A, class B>
concept Comparable = requires(const A& a, const B& b) { a == b; };

TEST(StrongTypes, compare_only_with_their_own_kind) {
  using ClientName = StrongText<struct ClientTag>;
  using UserName = StrongText<struct UserTag>;
  static_assert(Comparable<ClientName, ClientName>);
  static_assert(!Comparable<ClientName, UserName>);
  static_assert(!Comparable<ClientName, std::string>);
  EXPECT_EQ(ClientName("a"), ClientName("a"));
  EXPECT_LT(ClientName("a"), ClientName("b"));
  EXPECT_EQ(std::hash<ClientName>{}(ClientName("a")), std::hash<std::string>{}("a"));
}

}  // namespace
}  // namespace grantd
