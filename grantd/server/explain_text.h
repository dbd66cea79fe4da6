// A walk in words, for a person at three in the morning: what happened, what differed, how to mend
// it, then every step. 80 columns; nothing but printable characters.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/server/walk_record.h"

namespace grantd::server {

struct TextLook {
  bool colour = false;
  std::size_t columns = 80;
};

std::string explain_text(const WalkRecord& record, const TextLook& look = {});
// A line a walk: time, number, status, endpoint, client, what decided.
std::string walks_text(const std::vector<WalkRecord>& records, const TextLook& look = {});

// Whether a step of a repair is to be typed or sent as it stands: a command, a parameter.
bool is_literal(std::string_view step);

// Two texts, the first character that differs, and where it stands. What is not ASCII is \u{NNNN}:
// a letter that only looks alike is seen, and the mark stands where it should.
struct Difference {
  std::string expected, found;
  std::size_t at = 0;        // columns before the first that differs
  std::size_t character = 0;  // which character that is, from 1
  std::string expected_word, found_word;  // "a slash", "the end", "\"x\""
  bool near = false;  // alike but for something; else no mark helps
};
Difference difference_of(std::string_view expected, std::string_view found);

// Sets of words, as scopes are: which of the found are not among the expected, and which of these
// each is nearest to (empty: none is near). Nothing where they are no sets: one word alone, or
// words in no order.
struct Beyond {
  std::string word, nearest;
};
std::vector<Beyond> beyond(std::string_view expected, std::string_view found);

}  // namespace grantd::server
