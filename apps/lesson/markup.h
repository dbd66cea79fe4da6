// The little Markdown that the lesson's words are written in (web/lesson/README.md, "Words"), taken
// apart for both faces.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "apps/lesson/book.h"

namespace grantd::lesson {

struct Span {
  enum class Kind { plain, mono, strong, stressed };
  Kind kind = Kind::plain;
  std::string text;
  std::string link;  // an id: "step-3/break-1", "exercise-E11", "step-7"; empty: none
};
using Spans = std::vector<Span>;

struct Block {
  enum class Kind { paragraph, item, numbered, table, fence };
  Kind kind = Kind::paragraph;
  Spans spans;                          // paragraph, item, numbered
  int number = 0;                       // numbered
  std::vector<std::vector<Spans>> rows; // table; the first one is the head
  std::string text;                     // fence: lines as they are
};

// Links are made to what the book has: 3/1, E11, step 7.
Spans spans_of(std::string_view text, const Book& book);
std::vector<Block> blocks_of(std::string_view text, const Book& book);
// The text alone, on one line.
std::string plain_text(std::string_view text);

// "{issuer}" and the like filled in; a name that is not among them stands as it is.
std::string with_values(std::string_view text, const Pairs& values);

}  // namespace grantd::lesson
