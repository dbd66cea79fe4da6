// A story is a script that plays in each deployment.
#pragma once

#include <gtest/gtest.h>

#include "tests/flows/app.h"
#include "tests/flows/browser.h"
#include "tests/flows/house.h"

namespace grantd::flows {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
inline constexpr Duration kDay = hours(24);

class Story : public testing::TestWithParam<Deployment> {
 protected:
  // Ada signs in, allows; the app exchanges.
  Reply tokens(App& asking, Browser& with, const Fields& extra = {}) {
    Reply reply = asking.exchange(with.walk(asking.ask(extra)));
    EXPECT_EQ(reply.gist(), "200") << reply;
    return reply;
  }

  House house{GetParam()};
  Browser browser{house};
};

inline std::string name_of(Deployment deployment) {
  return deployment == Deployment::in_process ? "in_process" : "on_sqlite";
}

// Plays the stories of a suite in both deployments.
#define GRANTD_PLAY(suite)                                                     \
  INSTANTIATE_TEST_SUITE_P(                                                    \
      , suite, testing::Values(Deployment::in_process, Deployment::on_sqlite), \
      [](const auto& played) { return name_of(played.param); })

}  // namespace grantd::flows
