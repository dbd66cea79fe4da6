// An http or https URL, taken apart for the client.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "grantd/base/result.h"

namespace grantd::http {

struct Url {
  bool tls = false;
  std::string host;       // without brackets
  std::string authority;  // as the Host field has it
  std::uint16_t port = 80;
  std::string target;  // path and query; a fragment is not sent
};

// RFC 9110 §4.2. Refused: other schemes, user information, an empty host, anything but visible
// ASCII. The error is one line.
Result<Url, std::string> parse_url(std::string_view text);

}  // namespace grantd::http
