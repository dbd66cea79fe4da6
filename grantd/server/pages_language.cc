#include "grantd/server/pages_language.h"

#include <optional>

#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

constexpr std::size_t kListBytesMax = 512;
constexpr int kTagsMax = 20;

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_tag(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (lower(a[i]) != lower(b[i])) return false;
  }
  return true;
}

// RFC 4647 §3.4: the tag, then the tag without its last part, and so on.
std::optional<std::size_t> lookup(const std::vector<std::string>& languages, std::string_view tag) {
  while (!tag.empty()) {
    for (std::size_t i = 0; i < languages.size(); ++i) {
      if (same_tag(languages[i], tag)) return i;
    }
    const std::size_t cut = tag.rfind('-');
    tag = cut == std::string_view::npos ? std::string_view() : tag.substr(0, cut);
  }
  return std::nullopt;
}

// RFC 9110 §12.4.2: "q=0.85" in thousandths; nothing where it is malformed.
std::optional<int> weight(std::string_view text) {
  text = trim(text);
  if (text.size() < 3 || text.size() > 7 || lower(text[0]) != 'q' || text[1] != '=') {
    return std::nullopt;
  }
  text.remove_prefix(2);
  if ((text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.')) {
    return std::nullopt;
  }
  int thousandths = (text[0] - '0') * 1000;
  int unit = 100;
  for (const char c : text.substr(text.size() > 1 ? 2 : 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    thousandths += (c - '0') * unit;
    unit /= 10;
  }
  return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

// The next element of a list, taken off its front.
std::string_view take(std::string_view& list, char separator) {
  const std::size_t end = list.find(separator);
  const std::string_view first = list.substr(0, end);
  list = end == std::string_view::npos ? std::string_view() : list.substr(end + 1);
  return first;
}

}  // namespace

std::size_t choose_language(const std::vector<std::string>& languages, std::string_view ui_locales,
                            std::string_view accept_language) {
  std::string_view wanted = ui_locales.substr(0, kListBytesMax);
  for (int i = 0; i < kTagsMax && !wanted.empty(); ++i) {
    if (const auto found = lookup(languages, take(wanted, ' '))) return *found;
  }
  std::string_view accepted = accept_language.substr(0, kListBytesMax);
  std::size_t best = 0;
  int best_weight = 0;
  for (int i = 0; i < kTagsMax && !accepted.empty(); ++i) {
    std::string_view element = take(accepted, ',');
    const std::string_view tag = trim(take(element, ';'));
    const int tag_weight = element.empty() ? 1000 : weight(element).value_or(0);
    if (tag_weight <= best_weight) continue;
    if (const auto found = lookup(languages, tag)) {
      best = *found;
      best_weight = tag_weight;
    }
  }
  return best;
}

}  // namespace grantd::server
