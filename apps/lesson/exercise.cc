#include "apps/lesson/exercise.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::lesson {
namespace {

bool is_hex(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
  });
}

bool fits(const Hint& hint, std::string_view answer) {
  if (!hint.equals.empty()) return answer == hint.equals;
  if (!hint.begins.empty()) return answer.starts_with(hint.begins);
  if (!hint.ends.empty()) return answer.ends_with(hint.ends);
  if (!hint.contains.empty()) return answer.find(hint.contains) != std::string_view::npos;
  if (hint.hex > 0) return answer.size() == static_cast<std::size_t>(hint.hex) && is_hex(answer);
  return false;
}

bool fits(const Hint& hint, const std::vector<std::string>& cards) {
  if (cards.empty()) return false;
  if (!hint.last_is_not.empty()) return cards.back() != hint.last_is_not;
  if (!hint.first_is_not.empty()) return cards.front() != hint.first_is_not;
  if (hint.before.size() != 2) return false;
  return std::ranges::find(cards, hint.before[0]) < std::ranges::find(cards, hint.before[1]);
}

template <class Answer>
Text feedback_to(const Exercise& exercise, const Answer& answer) {
  for (const Hint& hint : exercise.hints) {
    if (fits(hint, answer)) return hint.feedback;
  }
  return exercise.when_wrong;
}

}  // namespace

Verdict judge_choice(const Exercise& exercise, std::string_view option) {
  const auto chosen = std::ranges::find(exercise.options, option, &Choice::id);
  if (chosen == exercise.options.end()) return {};
  const bool right = option == exercise.right;
  return {right, right && chosen->feedback.empty() ? exercise.when_right : chosen->feedback};
}

Verdict judge_free(const Exercise& exercise, std::string_view typed) {
  std::string answer(trim(typed));
  if (exercise.any_case) answer = lower_ascii(answer);
  const auto met = [&](const std::string& text) {
    const std::string wanted = exercise.any_case ? lower_ascii(text) : text;
    return exercise.all_of ? answer.find(wanted) != std::string::npos : answer == wanted;
  };
  const bool right = exercise.all_of ? std::ranges::all_of(exercise.accept, met)
                                     : std::ranges::any_of(exercise.accept, met);
  if (right) return {true, exercise.when_right};
  return {false, feedback_to(exercise, std::string_view(answer))};
}

Verdict judge_order(const Exercise& exercise, const std::vector<std::string>& cards) {
  bool right = cards.size() == exercise.options.size();
  for (std::size_t i = 0; right && i < cards.size(); ++i) {
    right = cards[i] == exercise.options[i].id;
  }
  if (right) return {true, exercise.when_right};
  return {false, feedback_to(exercise, cards)};
}

}  // namespace grantd::lesson
