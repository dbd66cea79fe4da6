#include "grantd/server/sweep_pace.h"

#include <algorithm>
#include <utility>

namespace grantd::server {

using std::chrono::milliseconds;

milliseconds SweepPace::after(const store::Swept& bite) {
  const auto pause = std::clamp(std::chrono::ceil<milliseconds>(bite.took * (kShare - 1)),
                                kPauseLeast, kPauseMost);
  found_ = found_ || bite.removed > 0;
  round_ += pause;
  if (!bite.came_round) return pause;
  const milliseconds round = std::exchange(round_, milliseconds(0));
  return std::exchange(found_, false) ? pause : std::max({pause, round, kRestLeast});
}

}  // namespace grantd::server
