// Whether an answer is as a row expects. Pure.
#pragma once

#include "apps/lesson/scene.h"

namespace grantd::lesson {

// What was known when the request was sent.
struct Known {
  std::string issuer, state;
  bool postcard_stopped = false, postcard_wants = false;
  bool from_app = false;  // the answer is Postcard's own
  Pairs same;             // Expect::same with its templates filled
};

std::vector<Finding> judge(const Expect& expect, const Exchange& exchange, const Known& known);
Finding judge_rows(const Probe& probe, const RoomRows& before, const RoomRows& now);

}  // namespace grantd::lesson
