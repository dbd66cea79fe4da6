// WWW-Authenticate challenges (RFC 9110 §11.6.1, RFC 6750 §3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grantd::oauth {

// scheme name="value", … with quotes and backslashes escaped and what is not ASCII left out.
std::string challenge(std::string_view scheme,
                      const std::vector<std::pair<std::string, std::string>>& parameters);

// The credentials of `Authorization: Basic …` (RFC 7617), each part form-decoded after base64 as
// RFC 6749 §2.3.1 has it; nothing where malformed.
struct BasicCredentials {
  std::string user;
  std::string password;
};
bool has_scheme(std::string_view authorization, std::string_view scheme);
std::optional<BasicCredentials> parse_basic(std::string_view authorization);
std::string make_basic(std::string_view user, std::string_view password);
// The token of `Authorization: Bearer …` (RFC 6750 §2.1), nothing where malformed.
std::optional<std::string> parse_bearer(std::string_view authorization);

}  // namespace grantd::oauth
