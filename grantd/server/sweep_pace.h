// How fast the walk over what is dead goes. Pure: what a bite took is handed in.
#pragma once

#include <chrono>

#include "grantd/store/store.h"

namespace grantd::server {

class SweepPace {
 public:
  static constexpr int kShare = 100;  // of the writer's time, one part of so many (DESIGN "Size")
  static constexpr std::chrono::milliseconds kPauseLeast{10};
  static constexpr std::chrono::milliseconds kPauseMost{60'000};
  // After a round in which nothing was dead: as long as it took, this at least.
  static constexpr std::chrono::milliseconds kRestLeast{5'000};

  // The pause between this bite and the next.
  std::chrono::milliseconds after(const store::Swept& bite);
  std::chrono::milliseconds after_failure() const { return kRestLeast; }

 private:
  bool found_ = false;                 // something dead, in this round
  std::chrono::milliseconds round_{};  // how long it took so far
};

}  // namespace grantd::server
