// The walk over what is dead: how long it rests, and what counts as dead for want of use.
#include "grantd/server/sweep_pace.h"

#include <gtest/gtest.h>

#include "grantd/server/key_plan.h"
#include "grantd/server/sweeper.h"

namespace grantd::server {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

store::Swept bite(int looked_at, int removed, microseconds took, bool came_round = false) {
  return {.looked_at = looked_at, .removed = removed, .came_round = came_round, .took = took};
}

// DESIGN "Size": at most 1 % of the writer's time, whatever the disk is like.
TEST(sweep_pace, takes_a_hundredth_of_the_writers_time) {
  for (const microseconds took : {milliseconds(1), milliseconds(5), milliseconds(6),
                                  milliseconds(60)}) {
    SweepPace pace;
    microseconds working{}, resting{};
    for (int i = 0; i < 100; ++i) {
      working += took;
      resting += pace.after(bite(1000, 1000, took));
    }
    EXPECT_LE(working * 100, working + resting);
    EXPECT_GE(working * 101, working + resting) << "and no less, while there is something to do";
  }
}

TEST(sweep_pace, keeps_to_its_bounds) {
  SweepPace pace;
  EXPECT_EQ(pace.after(bite(1, 1, microseconds(1))), SweepPace::kPauseLeast);
  EXPECT_EQ(pace.after(bite(0, 0, microseconds(0))), SweepPace::kPauseLeast);
  EXPECT_EQ(pace.after(bite(1, 1, hours(1))), SweepPace::kPauseMost);
}

// A server that has nothing to clean up is left alone, a small one above all.
TEST(sweep_pace, rests_after_a_round_that_found_nothing) {
  SweepPace pace;
  EXPECT_EQ(pace.after(bite(10, 0, microseconds(200), true)), SweepPace::kRestLeast);
  EXPECT_EQ(pace.after(bite(10, 1, microseconds(200), true)), milliseconds(20));
  EXPECT_EQ(pace.after(bite(10, 0, microseconds(200), true)), SweepPace::kRestLeast);
  // What an earlier bite of the round found counts.
  EXPECT_EQ(pace.after(bite(10, 1, milliseconds(1))), milliseconds(99));
  EXPECT_EQ(pace.after(bite(10, 0, milliseconds(1), true)), milliseconds(99));
  // A long round is followed by as long a rest.
  for (int i = 0; i < 99; ++i) {
    EXPECT_EQ(pace.after(bite(10, 0, milliseconds(5))), milliseconds(495));
  }
  EXPECT_EQ(pace.after(bite(10, 0, milliseconds(5), true)), 100 * milliseconds(495));
  EXPECT_EQ(pace.after(bite(10, 0, milliseconds(5), true)), SweepPace::kRestLeast);
}

// A row stays for what an access token that it gave may still be asked about.
TEST(idle_limits, are_the_rules_and_the_last_access_tokens) {
  core::Policy policy;
  EXPECT_EQ(idle_limits(policy).session, policy.session_idle);
  EXPECT_EQ(idle_limits(policy).offline_grant, policy.offline_idle);
  // A use is written once a tenth of the limit: the last token may be that much younger.
  policy.offline_idle = hours(20);
  EXPECT_EQ(idle_limits(policy).offline_grant, hours(2) + kTokenLifeMost);
  // A retry gets the same tokens again, and writes nothing.
  policy.offline_idle = minutes(5);
  policy.refresh_retry_window = minutes(10);
  EXPECT_EQ(idle_limits(policy).offline_grant, minutes(10) + kTokenLifeMost);
}

}  // namespace
}  // namespace grantd::server
