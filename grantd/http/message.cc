#include "grantd/http/message.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::http {

void Fields::add(std::string name, std::string value) {
  constexpr std::size_t kUsual = 12;
  if (fields_.empty()) fields_.reserve(kUsual);
  fields_.emplace_back(std::move(name), std::move(value));
}

void Fields::set(std::string name, std::string value) {
  std::erase_if(fields_, [&](const auto& field) { return field.first == name; });
  add(std::move(name), std::move(value));
}

const std::string* Fields::find(std::string_view name) const {
  for (const auto& [key, value] : fields_) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::size_t Fields::count(std::string_view name) const {
  return static_cast<std::size_t>(std::count_if(
      fields_.begin(), fields_.end(), [&](const auto& field) { return field.first == name; }));
}

std::optional<std::string> cookie(const Request& request, std::string_view name) {
  std::optional<std::string> found;
  for (const auto& [key, value] : request.fields.all()) {
    if (key != "cookie") continue;
    // RFC 6265 §4.2.1: cookie-string = cookie-pair *( ";" SP cookie-pair ); names are exact.
    for (std::string_view left = value; !left.empty();) {
      const std::size_t end = std::min(left.find(';'), left.size());
      const std::string_view pair = trim(left.substr(0, end));
      left.remove_prefix(std::min(end + 1, left.size()));
      const std::size_t equals = pair.find('=');
      if (equals == std::string_view::npos || pair.substr(0, equals) != name) continue;
      // CK-03: two of one name; which of them is ours cannot be told, so neither is.
      if (found) return std::nullopt;
      found = std::string(pair.substr(equals + 1));
    }
  }
  return found;
}

}  // namespace grantd::http
