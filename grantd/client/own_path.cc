#include "grantd/client/own_path.h"

#include <algorithm>

namespace grantd::client {

std::string own_path(std::string_view wanted, std::string_view otherwise) {
  // Browsers drop tabs and line ends, and read "\" as "/": none of them may stand there.
  const bool clean = std::ranges::all_of(
      wanted, [](char c) { return c > 0x20 && c < 0x7f && c != '\\'; });
  const bool own = clean && wanted.starts_with('/') && !wanted.starts_with("//");
  return std::string(own ? wanted : otherwise);
}

}  // namespace grantd::client
