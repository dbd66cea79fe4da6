#include "apps/lesson/learner.h"

#include <fmt/format.h>

#include <algorithm>

namespace grantd::lesson {
namespace {

template <class Answers>
int count_true(const Answers& answers) {
  return static_cast<int>(
      std::ranges::count_if(answers, [](const auto& one) { return one.second; }));
}

}  // namespace

std::string_view Learner::mark_of(std::string_view id) const {
  const std::string name(id);
  if (repaired.contains(name)) return "done_repaired";
  if (broken.contains(name)) return "done_broken";
  if (seen.contains(name)) return "page_seen";
  if (const auto one = exercises.find(name); one != exercises.end()) {
    return one->second ? "done_solved" : "done_tried";
  }
  constexpr std::string_view kMove = "move-";
  if (!name.starts_with(kMove)) return {};
  const auto one = moves.find(std::atoi(name.c_str() + kMove.size()));
  if (one == moves.end()) return {};
  return one->second ? "done_foreseen" : "done_played";
}

int Learner::count_solved() const { return count_true(exercises); }
int Learner::count_foreseen() const { return count_true(moves); }

std::string stage_key(const Experiment& experiment, std::size_t play) {
  return fmt::format("{}#{}", experiment.id, play + 1);
}

std::string stage_key(const ChallengeMove& move) { return fmt::format("move-{}", move.number); }

Played without_the_rest(Played played) {
  std::vector<Exchange>& all = played.exchanges;
  if (played.last >= all.size() || played.shown > played.last) return played;
  all.erase(all.begin() + static_cast<std::ptrdiff_t>(played.last) + 1, all.end());
  all.erase(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(played.shown));
  played.last -= played.shown;
  played.shown = 0;
  return played;
}

}  // namespace grantd::lesson
