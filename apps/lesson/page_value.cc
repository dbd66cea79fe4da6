#include "apps/lesson/page_value.h"

#include <algorithm>

#include "apps/lesson/told.h"

namespace grantd::lesson {
namespace {

constexpr std::size_t kWhole = 64;  // longer values fold, but for addresses and sentences
constexpr std::size_t kHead = 40;

bool continues(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Whole characters only.
std::size_t back_to_start(std::string_view text, std::size_t at) {
  while (at > 0 && at < text.size() && continues(text[at])) --at;
  return at;
}

Html folded(const Html& head, std::string_view word, std::string_view value) {
  Html out;
  return out << "<details class=\"mask\"><summary><code>" << head << "</code> <span>"
             << shown(word) << "</span></summary><code>" << wire(value) << "</code></details>";
}

}  // namespace

Html long_value(const Sight& sight, std::string_view value) {
  Html out;
  const bool is_one_word = value.find(' ') == std::string_view::npos &&
                           value.find("://") == std::string_view::npos &&
                           !value.starts_with('[') && !value.starts_with('{');
  const std::string cut = short_value(value, kHead);
  const bool is_cut = value.starts_with("Bearer ") || cut.size() < value.size();
  if (value.size() <= kWhole || (!is_one_word && !value.starts_with("Bearer ")) || !is_cut) {
    return out << "<code>" << wire(value) << "</code>";
  }
  Html head;
  head << wire(cut);
  return folded(head, sight.word("page_whole"), value);
}

Html hidden_value(const Sight& sight, std::string_view value) {
  Html dots;
  dots << "••••••••";
  return folded(dots, sight.word("page_show"), value);
}

Html changed_value(std::string_view value, std::string_view good) {
  std::size_t from = 0, tail = 0;
  if (!good.empty() && value != good) {
    while (from < value.size() && from < good.size() && value[from] == good[from]) ++from;
    while (tail < value.size() - from && tail < good.size() - from &&
           value[value.size() - 1 - tail] == good[good.size() - 1 - tail]) {
      ++tail;
    }
    from = back_to_start(value, from);
    while (tail > 0 && continues(value[value.size() - tail])) --tail;
    if (from + tail < good.size() / 2) from = tail = 0;
  }
  Html out;
  const std::string_view changed = value.substr(from, value.size() - from - tail);
  out << "<code>" << wire(value.substr(0, from)) << "<mark>";
  if (changed.empty()) {
    out << " ";
  } else {
    out << wire(changed);
  }
  return out << "</mark>" << wire(value.substr(value.size() - tail)) << "</code>";
}

Html differing(std::string_view text, std::size_t differs) {
  Html out;
  out << "<code>";
  if (differs == std::string_view::npos) return out << wire(text) << "</code>";
  differs = back_to_start(text, std::min(differs, text.size()));
  std::size_t end = std::min(differs + 1, text.size());
  while (end < text.size() && continues(text[end])) ++end;
  out << wire(text.substr(0, differs)) << "<mark>";
  if (differs == text.size()) {
    out << " ";
  } else {
    out << wire(text.substr(differs, end - differs));
  }
  return out << "</mark>" << wire(text.substr(end)) << "</code>";
}

}  // namespace grantd::lesson
