#include "grantd/oauth/absolute_uri.h"

#include <algorithm>
#include <array>
#include <string>

#include "grantd/base/encoding.h"

namespace grantd::oauth {
namespace {

using Refused = std::unexpected<std::string_view>;

Refused refuse(std::string_view why) {
  return Refused(why);
}

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool all_digits(std::string_view text) {
  return std::ranges::all_of(text, is_digit);
}

// RFC 3986 §2: unreserved, reserved and '%'. Brackets are looked at with the host.
constexpr std::array<bool, 256> kUriCharacters = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("-._~:/?#[]@!$&'()*+,;=%"
                                       "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                       "0123456789")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}();
bool is_uri_character(char c) {
  return kUriCharacters[static_cast<unsigned char>(c)];
}

// RFC 3986 §2.1; encoded controls serve nobody but attackers (RU-25, XS-06).
bool has_sound_percent_encoding(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') continue;
    if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
    const bool is_control = text[i + 1] == '0' || text[i + 1] == '1' ||
                            (text[i + 1] == '7' && (text[i + 2] | 0x20) == 'f');
    if (is_control) return false;
    i += 2;
  }
  return true;
}

// RFC 3986 §3.1.
bool is_scheme(std::string_view text) {
  return !text.empty() && is_alpha(text[0]) && std::ranges::all_of(text, [](char c) {
    return is_alpha(c) || is_digit(c) || c == '+' || c == '-' || c == '.';
  });
}

// A dotted quad in its only canonical form: four numbers of 0 to 255 without leading zeros.
bool is_ipv4(std::string_view host) {
  const auto parts = split(host, '.');
  return parts.size() == 4 && std::ranges::all_of(parts, [](std::string_view part) {
           if (part.empty() || part.size() > 3 || !all_digits(part)) return false;
           if (part.size() > 1 && part[0] == '0') return false;
           return std::stoi(std::string(part)) <= 255;
         });
}

// The characters of an IPv6 literal (RFC 3986 §3.2.2), no zone; its form is the resolver's matter.
bool is_ipv6_literal(std::string_view host) {
  if (host.size() < 4 || host.size() > 47 || host.front() != '[' || host.back() != ']')
    return false;
  const auto inner = host.substr(1, host.size() - 2);
  return std::ranges::count(inner, ':') >= 2 &&
         std::ranges::all_of(inner, [](char c) { return is_hex(c) || c == ':' || c == '.'; });
}

bool is_name(std::string_view host) {
  if (host.size() > 253) return false;
  const auto labels = split(host, '.');
  const bool sound = std::ranges::all_of(labels, [](std::string_view label) {
    return !label.empty() && label.size() <= 63 && std::ranges::all_of(label, [](char c) {
      return is_alpha(c) || is_digit(c) || c == '-' || c == '_';
    });
  });
  if (!sound) return false;
  // A last label that is a number makes browsers read an IPv4 address ("127.1", "0x7f.1").
  const auto last = labels.back();
  const bool is_number = all_digits(last) || last.starts_with("0x") || last.starts_with("0X");
  return !is_number || is_ipv4(host);
}

bool is_port(std::string_view text) {
  if (text.empty() || text.size() > 5 || !all_digits(text) || text[0] == '0') return false;
  return std::stoi(std::string(text)) <= 65535;
}

// RFC 3986 §3.2, less userinfo.
Result<Unit, std::string_view> read_authority(AbsoluteUri& uri) {
  const auto text = uri.authority;
  if (text.find('@') != text.npos) return refuse("it has userinfo (\"@\" before the path)");
  if (text.find('%') != text.npos) return refuse("its host is percent-encoded");
  const auto host_end = text.starts_with('[') ? text.find(']') : text.find(':');
  if (text.starts_with('[')) {
    if (host_end == text.npos) return refuse("its IPv6 address has no \"]\"");
    uri.host = text.substr(0, host_end + 1);
  } else {
    uri.host = text.substr(0, host_end);
  }
  if (uri.host.empty()) return refuse("it has no host");
  const auto rest = text.substr(uri.host.size());
  if (!rest.empty()) {
    if (rest[0] != ':' || !is_port(rest.substr(1))) return refuse("its port is none");
    uri.port = rest.substr(1);
  }
  if (!is_ipv6_literal(uri.host) && !is_name(uri.host)) return refuse("its host is no host name");
  return Unit{};
}

}  // namespace

Result<AbsoluteUri, std::string_view> parse_absolute_uri(std::string_view text) {
  if (text.empty()) return refuse("it is empty");
  if (!std::ranges::all_of(text, is_uri_character)) {
    return refuse("it has characters that no URI has (RFC 3986 §2); percent-encode them");
  }
  // RFC 6749 §3.1.2: no fragment component, the empty one included (RU-11).
  if (text.find('#') != text.npos) return refuse("it has a fragment (\"#\")");
  if (!has_sound_percent_encoding(text)) return refuse("its percent-encoding is malformed");

  AbsoluteUri uri;
  const auto colon = text.find(':');
  if (colon == text.npos || !is_scheme(text.substr(0, colon))) {
    return refuse("it is not absolute: it does not begin with a scheme such as https:");
  }
  uri.scheme = text.substr(0, colon);
  auto rest = text.substr(colon + 1);
  if (rest.starts_with("//")) {
    uri.has_authority = true;
    uri.authority = rest.substr(2, std::min(rest.find_first_of("/?", 2), rest.size()) - 2);
    TRY(read_authority(uri));
    rest.remove_prefix(2 + uri.authority.size());
  }
  if (rest.find_first_of("[]") != rest.npos) return refuse("it has brackets outside its host");
  uri.path_query = rest;
  if (const auto mark = rest.find('?'); mark != rest.npos) uri.query = rest.substr(mark + 1);
  return uri;
}

bool is_loopback_host(std::string_view host) {
  return host == "127.0.0.1" || host == "[::1]" || same_but_case(host, "localhost");
}

bool is_protected(const AbsoluteUri& uri) {
  if (!uri.has_authority) return false;
  return same_but_case(uri.scheme, "https") ||
         (same_but_case(uri.scheme, "http") && is_loopback_host(uri.host));
}

}  // namespace grantd::oauth
