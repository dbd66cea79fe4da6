// A request as bytes, before anyone has read it. Plain values: server/ fills it from http/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grantd::core {

struct RawRequest {
  std::string_view method;
  std::string_view query;          // after '?', not decoded
  std::string_view body;
  std::string_view content_type;   // empty: none
  std::string_view authorization;  // empty: none
  std::string_view accept;         // empty: none, whatever will do
  std::string_view address;        // who asks: text of an IP address
  std::optional<std::string> session_cookie;
  std::optional<std::string> browser_cookie;
  std::optional<std::string> device_cookie;
};

// Whether the content type is the form's, in UTF-8 (RFC 6749 Appendix B; checklist TK-11).
bool is_form(std::string_view content_type);

}  // namespace grantd::core
