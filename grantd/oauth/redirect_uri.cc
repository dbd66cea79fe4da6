#include "grantd/oauth/redirect_uri.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::oauth {
namespace {

constexpr std::size_t kBytesMax = 2000;
constexpr std::string_view kReserved[] = {"code", "state", "iss", "error", "response"};

std::string refuse(std::string_view text, std::string_view why) {
  std::string shown = printable(text.substr(0, 200));
  if (text.size() > 200) shown += "…";
  return "redirect URI \"" + shown + "\": " + std::string(why);
}

// The parts of text that RedirectUri::parse has let through.
AbsoluteUri parts(const std::string& text) {
  const auto uri = parse_absolute_uri(text);
  CHECK(uri.has_value());
  return *uri;
}

bool is_web(const AbsoluteUri& uri) {
  return same_but_case(uri.scheme, "https") || same_but_case(uri.scheme, "http");
}

// RFC 8252 §7.1: a name under the app's control, in reverse order: at least two labels. The dot
// keeps out javascript:, data:, file:, blob: and every other scheme that a browser acts on (XS-02).
bool is_reverse_domain(std::string_view scheme) {
  const auto labels = split(scheme, '.');
  return labels.size() >= 2 &&
         std::ranges::none_of(labels, [](std::string_view label) { return label.empty(); });
}

// RU-28: a parameter of the response that stands in the URI already would be read in its place.
bool has_response_parameter(std::string_view query) {
  if (query.empty()) return false;
  return std::ranges::any_of(split(query, '&'), [](std::string_view item) {
    const auto name = form_decode(item.substr(0, item.find('=')));
    return !name || std::ranges::find(kReserved, *name) != std::end(kReserved);
  });
}

}  // namespace

Result<RedirectUri, std::string> RedirectUri::parse(std::string_view text) {
  if (text.size() > kBytesMax) return fail(refuse(text, "it is longer than 2,000 bytes"));
  const auto uri = parse_absolute_uri(text);
  if (!uri) return fail(refuse(text, uri.error()));
  // RFC 9700 §4.1.3: patterns are not matched, so none may be registered (RU-20).
  if (text.find('*') != text.npos)
    return fail(refuse(text, "wildcards are not matched; name each URI"));
  if (is_web(*uri)) {
    if (!uri->has_authority) return fail(refuse(text, "it has no host"));
  } else {
    if (!is_reverse_domain(uri->scheme)) {
      return fail(refuse(text,
                         "its scheme is neither https, http nor a private-use one named after a "
                         "domain in reverse order, such as com.example.app (RFC 8252 §7.1)"));
    }
    if (!uri->has_authority && !uri->path_query.starts_with('/')) {
      return fail(refuse(text, "nothing follows its scheme; expected a path, such as :/callback"));
    }
  }
  if (has_response_parameter(uri->query)) {
    return fail(refuse(text,
                       "its query holds a parameter of the authorization response "
                       "(code, state, iss, error, response)"));
  }
  RedirectUri result;
  result.text_ = text;
  result.hash_ = sha256(text);
  return result;
}

std::string RedirectUri::scheme() const {
  return lower_ascii(parts(text_).scheme);
}

std::string RedirectUri::host_port() const {
  const auto uri = parts(text_);
  return is_web(uri) ? std::string(uri.authority) : std::string();
}

std::string RedirectUri::path_query() const {
  const auto uri = parts(text_);
  return is_web(uri) ? std::string(uri.path_query) : text_.substr(uri.scheme.size() + 1);
}

std::string RedirectUri::origin() const {
  const auto uri = parts(text_);
  const auto scheme_text = lower_ascii(uri.scheme);
  return is_web(uri) ? scheme_text + "://" + std::string(uri.authority) : scheme_text + ":";
}

bool RedirectUri::is_http() const {
  return same_but_case(parts(text_).scheme, "http");
}

bool RedirectUri::is_loopback() const {
  const auto uri = parts(text_);
  return is_web(uri) && is_loopback_host(uri.host);
}

bool RedirectUri::is_private_use() const {
  return !is_web(parts(text_));
}

// RFC 6749 §3.1.2: an own query component is kept when parameters are added (RU-29).
std::string RedirectUri::with_query(std::string_view query) const {
  const auto mark = text_.find('?');
  const bool has_query = mark != text_.npos;
  const bool ends_open = mark + 1 == text_.size() || (has_query && text_.ends_with('&'));
  std::string whole;
  whole.reserve(text_.size() + 1 + query.size());
  return whole.append(text_).append(!has_query ? "?" : ends_open ? "" : "&").append(query);
}

bool same_but_loopback_port(const RedirectUri& registered, const RedirectUri& requested) {
  const auto mine = parts(registered.str());
  const auto theirs = parts(requested.str());
  // RFC 8252 §7.3: loopback IP addresses over http; localhost is a name, and names resolve (§8.3).
  if (mine.scheme != "http" || theirs.scheme != "http") return false;
  if (mine.host != "127.0.0.1" && mine.host != "[::1]") return false;
  return mine.port.empty() && mine.host == theirs.host && mine.path_query == theirs.path_query;
}

}  // namespace grantd::oauth
