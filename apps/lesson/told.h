// What the room's owner may be told of an answer: why it came (the server's own reasons), and how
// to send the request by hand.
#pragma once

#include <optional>
#include <string>

#include "apps/lesson/player.h"

namespace grantd::lesson {

struct Why {
  std::string rule;      // "RFC 7636 §4.6"; may be empty
  std::string text;      // one sentence, the server's
  std::string expected, found;  // may be empty
  std::size_t differs = std::string::npos;  // the first byte where the two differ
};
// Nothing where the answer is another party's, or the server had nothing to say.
std::optional<Why> why(const Played& played, const Exchange& exchange);

// One line for a shell. Secrets stand as variables ($POSTCARD_SECRET).
std::string as_curl(const Exchange& exchange, const Pairs& values);

// "405 Method Not Allowed".
std::string status_text(int status);
// A value cut for a line: of tokens the prefix and eight characters.
std::string short_value(std::string_view value, std::size_t columns_max);

// The first characters that fit.
std::string short_line(std::string_view text, std::size_t columns_max);

}  // namespace grantd::lesson
