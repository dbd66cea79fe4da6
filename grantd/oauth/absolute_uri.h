// The parts of an absolute URI (RFC 3986 §4.3), read by one tiny strict parser of our own: redirect
// URIs, issuers and endpoints are all judged on the same reading.
#pragma once

#include <string_view>

#include "grantd/base/result.h"

namespace grantd::oauth {

// Views into the text that was parsed; they live as long as it does.
struct AbsoluteUri {
  std::string_view scheme;      // as written, without ':'
  bool has_authority = false;   // "//" follows the scheme
  std::string_view authority;   // host and port as written
  std::string_view host;        // IPv6 in its brackets
  std::string_view port;        // digits, empty where there is none
  std::string_view path_query;  // what follows the authority (or the scheme's ':'), as written
  std::string_view query;       // without '?'
};

// Refuses what two parsers could read differently: bytes outside RFC 3986 (controls, blanks,
// non-ASCII, backslash, quotes), bad percent-encoding and percent-encoded controls, a fragment,
// userinfo, an empty or percent-encoded host, hosts that browsers take for other IPv4 addresses
// (127.1, 0x7f000001), ports outside 1 to 65535. The error is a fixed text for the operator.
Result<AbsoluteUri, std::string_view> parse_absolute_uri(std::string_view text);

// Whether the host is 127.0.0.1, [::1] or localhost (RFC 8252 §7.3, §8.3); any letter case.
bool is_loopback_host(std::string_view host);

// Whether a secret may be sent there: https, or http to this machine (RFC 9700 §2.6; CL-04).
bool is_protected(const AbsoluteUri& uri);

}  // namespace grantd::oauth
