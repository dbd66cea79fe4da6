#include "grantd/oauth/challenge.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::oauth {
namespace {

// RFC 9110 §5.6.4, less what is not printable ASCII: no header can be split or bent by a value.
std::string quoted(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    if (c < 0x20 || c > 0x7e) continue;
    if (c == '"' || c == '\\') text += '\\';
    text += c;
  }
  return text + '"';
}

// What follows the scheme and its blanks (RFC 9110 §11.4: 1*SP).
std::string_view credentials(std::string_view authorization, std::string_view scheme) {
  authorization.remove_prefix(scheme.size());
  const auto start = authorization.find_first_not_of(' ');
  return start == authorization.npos ? std::string_view() : authorization.substr(start);
}

std::optional<std::string> decode_part(std::string_view text) {
  std::string out(text.size(), '\0');
  const auto decoded = form_decode_to(out.data(), text);
  if (!decoded) return std::nullopt;
  out.resize(decoded->bytes);
  if (!decoded->plain && (!is_utf8(out) || out.find('\0') != out.npos)) return std::nullopt;
  return out;
}

}  // namespace

std::string challenge(std::string_view scheme,
                      const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string text(scheme);
  std::string_view separator = " ";
  for (const auto& [name, value] : parameters) {
    text.append(separator).append(name).append("=").append(quoted(value));
    separator = ", ";
  }
  return text;
}

bool has_scheme(std::string_view authorization, std::string_view scheme) {
  return same_but_case(authorization.substr(0, authorization.find(' ')), scheme);
}

std::optional<BasicCredentials> parse_basic(std::string_view authorization) {
  if (!has_scheme(authorization, "Basic")) return std::nullopt;
  auto bytes = base64_decode(credentials(authorization, "Basic"));
  if (!bytes) return std::nullopt;
  const auto text = as_text(*bytes);
  const auto colon = text.find(':');
  if (colon == text.npos) return std::nullopt;
  // RFC 6749 §2.3.1: each part was form-encoded before it went into RFC 7617.
  auto user = decode_part(text.substr(0, colon));
  auto password = decode_part(text.substr(colon + 1));
  if (!user || !password) return std::nullopt;
  return BasicCredentials{*std::move(user), *std::move(password)};
}

std::string make_basic(std::string_view user, std::string_view password) {
  return "Basic " + base64_encode(as_bytes(form_encode(user) + ":" + form_encode(password)));
}

std::optional<std::string> parse_bearer(std::string_view authorization) {
  if (!has_scheme(authorization, "Bearer")) return std::nullopt;
  const auto token = credentials(authorization, "Bearer");
  // RFC 6750 §2.1: b64token = 1*( ALPHA / DIGIT / "-" / "." / "_" / "~" / "+" / "/" ) *"=".
  const auto body = token.substr(0, token.find('='));
  const auto padding = token.substr(body.size());
  const bool sound = !body.empty() && std::ranges::all_of(body, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~+/").find(c) != std::string_view::npos;
  });
  if (!sound || padding.find_first_not_of('=') != padding.npos) return std::nullopt;
  return std::string(token);
}

}  // namespace grantd::oauth
