#include "grantd/http/balance.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace grantd::http {
namespace {

// Of the full threads the first gives to the one with the least to do, the second to the next.
std::optional<Move> spread(std::size_t self, std::span<const int> loads, int active) {
  std::vector<std::size_t> busiest(loads.size());
  std::iota(busiest.begin(), busiest.end(), std::size_t{0});
  std::ranges::stable_sort(busiest, std::ranges::greater(),
                           [&](std::size_t thread) { return loads[thread]; });
  const auto rank = std::ranges::find(busiest, self) - busiest.begin();
  const std::size_t to = *(busiest.rbegin() + rank);
  if (loads[to] >= loads[self]) return std::nullopt;
  // So many that both have the same to do.
  return Move{to, active * (loads[self] - loads[to]) / (2 * loads[self])};
}

}  // namespace

std::optional<Move> move_of(std::size_t self, std::span<const int> loads, int active,
                            const BalanceLimits& limits) {
  if (loads[self] > std::max(limits.full, 0)) return spread(self, loads, active);
  // One after the other, the last first, or all would go to the same.
  const auto later = loads.subspan(self + 1);
  if (active == 0 || std::ranges::any_of(later, [](int load) { return load > 0; })) {
    return std::nullopt;
  }
  for (std::size_t first = 0; first < self; ++first) {
    if (loads[first] + loads[self] <= limits.together) return Move{first, active};
  }
  return std::nullopt;
}

}  // namespace grantd::http
