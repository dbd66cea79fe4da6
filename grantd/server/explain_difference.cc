#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "grantd/base/encoding.h"
#include "grantd/server/config_nearest.h"
#include "grantd/server/explain_text.h"
#include "grantd/server/pages_view.h"

namespace grantd::server {
namespace {

// The code point of one character of UTF-8.
std::uint32_t code_point(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first;
  std::uint32_t point = first & (0xffU >> (character.size() + 1));
  for (const char c : character.substr(1)) {
    point = point << 6 | (static_cast<unsigned char>(c) & 0x3fU);
  }
  return point;
}

// In columns of one each.
std::string in_ascii(std::string_view character) {
  const std::uint32_t point = code_point(character);
  if (point >= 0x20 && point < 0x7f) return std::string(character);
  if (character.size() == 1) return fmt::format("\\x{:02x}", point);
  return fmt::format("\\u{{{:04x}}}", point);
}

std::string word_of(const std::vector<std::string_view>& all, std::size_t at) {
  if (at >= all.size()) return "the end";
  if (all[at] == "/") return "a slash";
  if (all[at] == " ") return "a blank";
  return "\"" + in_ascii(all[at]) + "\"";
}

std::string joined(const std::vector<std::string_view>& all, std::size_t to) {
  std::string out;
  for (std::size_t i = 0; i < std::min(to, all.size()); ++i) out += in_ascii(all[i]);
  return out;
}

}  // namespace

Difference difference_of(std::string_view expected, std::string_view found) {
  const std::vector<std::string_view> left = characters(expected);
  const std::vector<std::string_view> right = characters(found);
  std::size_t at = 0;
  while (at < left.size() && at < right.size() && left[at] == right[at]) ++at;
  Difference out;
  out.expected = joined(left, left.size());
  out.found = joined(right, right.size());
  out.at = joined(left, at).size();
  out.character = at + 1;
  out.expected_word = word_of(left, at);
  out.found_word = word_of(right, at);
  std::size_t tail = 0;  // alike at the end
  const std::size_t shorter = std::min(left.size(), right.size());
  while (tail < shorter && left[left.size() - 1 - tail] == right[right.size() - 1 - tail]) ++tail;
  out.near = at > 0 || (tail > 0 && 2 * tail >= shorter);
  return out;
}

std::vector<Beyond> beyond(std::string_view expected, std::string_view found) {
  const std::vector<std::string_view> known = split(expected, ' ');
  if (known.size() < 2 || !std::ranges::is_sorted(known, std::less_equal<>()) ||
      known.front().empty()) {
    return {};
  }
  std::vector<Beyond> out;
  for (const std::string_view word : split(found, ' ')) {
    if (word.empty() || std::ranges::find(known, word) != known.end()) continue;
    out.push_back({std::string(word), std::string(nearest(word.substr(0, 100), known))});
  }
  return out;
}

}  // namespace grantd::server
