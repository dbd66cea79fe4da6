// What a single value must look like, and what values must agree on.
#pragma once

#include <string_view>
#include <vector>

#include "grantd/server/config.h"

namespace grantd::server {

bool is_issuer(std::string_view text);   // RFC 8414 §2
bool is_address(std::string_view text);  // an IP address of either kind, as digits
bool is_network(std::string_view text);  // an IP address, or one with "/bits"
bool is_loopback_address(std::string_view text);
bool is_algorithm(std::string_view text);  // "ES256", as jose/jwk.h names them
bool is_registration_mode(std::string_view text);  // "off", "token", "open"
bool is_pkce_policy(std::string_view text);        // "required", "optional"
bool is_errors_place(std::string_view text);       // "page", "redirect"
bool is_scope(std::string_view text);              // RFC 6749 §3.3
bool is_path(std::string_view text);
bool is_path_or_empty(std::string_view text);
bool is_https_or_empty(std::string_view text);
bool is_colour_or_empty(std::string_view text);  // "#rrggbb"
bool is_brand_name(std::string_view text);

// One disagreement between values; `setting` names the one whose line the error points at.
struct Disagreement {
  std::string_view setting;
  std::string text;
};
std::vector<Disagreement> check_agreement(const Config& config);

}  // namespace grantd::server
