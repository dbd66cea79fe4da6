// Whether an answer to an exercise is right, and what is said to it. Pure.
#pragma once

#include <string>
#include <vector>

#include "apps/lesson/book.h"

namespace grantd::lesson {

struct Verdict {
  bool right = false;
  Text feedback;  // may be empty
};

Verdict judge_choice(const Exercise& exercise, std::string_view option);
Verdict judge_free(const Exercise& exercise, std::string_view typed);
Verdict judge_order(const Exercise& exercise, const std::vector<std::string>& cards);

}  // namespace grantd::lesson
