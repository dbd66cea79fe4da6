// A line for each app: who is slow, dead or has very many to hear of takes no one else's turn.
#include "grantd/server/logout_lines.h"

#include <gtest/gtest.h>

#include <vector>

namespace grantd::server {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

const oauth::ClientId kApp("app");
const oauth::ClientId kOther("other");
const Time kStart = from_seconds(1'767'268'800);

TEST(logout_lines, so_many_go_at_once_and_the_rest_come_one_after_the_other) {
  LogoutLines lines;
  for (int i = 0; i < LogoutLines::kAtOnceMax; ++i) {
    EXPECT_FALSE(lines.take(kApp, kStart, true)) << i;
  }
  Time before = kStart;
  for (int i = 0; i < 100; ++i) {
    const auto slot = lines.take(kApp, kStart, true);
    ASSERT_TRUE(slot);
    EXPECT_GT(*slot, before);
    before = *slot;
  }
  EXPECT_LE(before, kStart + seconds(4));
  EXPECT_FALSE(lines.take(kOther, kStart, true)) << "another app's turn is its own";
  lines.settled(kApp, false, kStart);
  EXPECT_FALSE(lines.take(kApp, kStart, true)) << "one has come back";
}

TEST(logout_lines, without_room_for_anybody_it_is_put_off) {
  LogoutLines lines;
  EXPECT_EQ(lines.take(kApp, kStart, false), kStart + LogoutLines::kPutOffLeast);
  EXPECT_FALSE(lines.take(kApp, kStart, true));
}

TEST(logout_lines, a_receiver_that_failed_is_asked_once_and_ever_more_rarely) {
  LogoutLines lines;
  std::vector<std::int64_t> pauses;
  Time now = kStart;
  for (int i = 0; i < 6; ++i) {
    ASSERT_FALSE(lines.take(kApp, now, true));
    lines.settled(kApp, true, now);
    const auto slot = lines.take(kApp, now, true);
    ASSERT_TRUE(slot);
    pauses.push_back((*slot - now) / seconds(1));
    now = *slot;
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{10, 30, 120, 120, 120, 120}));
  ASSERT_FALSE(lines.take(kApp, now, true));
  EXPECT_TRUE(lines.take(kApp, now, true)) << "one at a time, until it answers";
  lines.settled(kApp, false, now);
  EXPECT_FALSE(lines.take(kApp, now, true));
  EXPECT_FALSE(lines.take(kApp, now, true)) << "it answered: all go";
}

TEST(logout_lines, what_was_given_back_says_nothing_of_the_receiver) {
  LogoutLines lines;
  ASSERT_FALSE(lines.take(kApp, kStart, true));
  lines.settled(kApp, true, kStart);
  const Time later = kStart + minutes(1);
  ASSERT_FALSE(lines.take(kApp, later, true));
  lines.given_back(kApp);
  ASSERT_FALSE(lines.take(kApp, later, true));
  EXPECT_TRUE(lines.take(kApp, later, true)) << "it has not answered yet";
}

TEST(logout_lines, forgets_who_is_idle_and_no_one_else) {
  LogoutLines lines;
  ASSERT_FALSE(lines.take(kApp, kStart, true));
  lines.settled(kApp, true, kStart);
  lines.forget_idle(kStart + minutes(1));
  ASSERT_FALSE(lines.take(kApp, kStart + minutes(1), true));
  EXPECT_TRUE(lines.take(kApp, kStart + minutes(1), true)) << "still known to have failed";
  lines.settled(kApp, true, kStart + minutes(1));
  lines.forget_idle(kStart + minutes(90));
  ASSERT_FALSE(lines.take(kApp, kStart + minutes(90), true));
  EXPECT_FALSE(lines.take(kApp, kStart + minutes(90), true)) << "forgotten";
}

}  // namespace
}  // namespace grantd::server
