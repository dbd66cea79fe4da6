// Lines of text for a terminal: what they are made of, wrapping, painting. Nothing here knows the
// lesson.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace grantd::app {

// Never colour alone: what a colour says stands in the text too.
enum class Style { plain, strong, soft, accent, good, bad, mark };

struct Bit {
  std::string text;
  Style style = Style::plain;
};
using Line = std::vector<Bit>;
using Lines = std::vector<Line>;

// Columns of a text: characters of UTF-8, each counted as one.
std::size_t columns_of(std::string_view text);
std::size_t columns_of(const Line& line);
// Of what came from outside: one printable line.
std::string tame(std::string_view text);

// Breaks at blanks (a line end is one); a word that is wider than a line is cut. `indent` blanks
// stand in front of each line, `hanging` more in front of all but the first.
Lines wrapped(const Line& words, std::size_t width, std::size_t indent, std::size_t hanging = 0);

// Cut at the width, filled with blanks to it.
Line fitted(Line line, std::size_t width);
Line beside(const Line& left, std::size_t width, const Line& right);

// With colours, or the text alone.
std::string painted(const Line& line, bool colours);

void append(Lines& to, Lines more);

}  // namespace grantd::app
