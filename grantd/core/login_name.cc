#include "grantd/core/login_name.h"

#include "grantd/base/encoding.h"

namespace grantd::core {

std::optional<std::string> canonical_login(std::string_view text) {
  // RFC 5321 §4.5.3.1.3: a mailbox that can be written to has at most 254 characters.
  constexpr std::size_t kLongest = 254;
  const std::string_view name = trim(text);
  if (name.empty() || name.size() > kLongest) return std::nullopt;
  if (!is_ascii_printable(name) || name.find(' ') != std::string_view::npos) return std::nullopt;
  return lower_ascii(name);
}

}  // namespace grantd::core
