#include "grantd/http/url.h"

#include <algorithm>
#include <charconv>

#include "grantd/base/encoding.h"
#include "grantd/http/proxies.h"

namespace grantd::http {
namespace {

bool is_dns_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '.' || c == '_';
  });
}

// Host and port of an authority; the port stays where none is written.
bool split_authority(std::string_view authority, Url& url) {
  std::string_view port;
  if (authority.starts_with('[')) {
    const std::size_t end = authority.find(']');
    if (end == std::string_view::npos) return false;
    url.host = authority.substr(1, end - 1);
    const auto address = IpAddress::parse(url.host);
    if (!address || url.host.find(':') == std::string::npos) return false;
    port = authority.substr(end + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    if (!is_dns_name(url.host)) return false;
    port = authority.substr(colon);
  }
  if (port.empty()) return true;
  const char* end = port.data() + port.size();
  const auto [rest, error] = std::from_chars(port.data() + 1, end, url.port);
  return port.front() == ':' && error == std::errc() && rest == end && url.port != 0;
}

}  // namespace

Result<Url, std::string> parse_url(std::string_view text) {
  const auto bad = [&](std::string_view what) {
    // Neither the query nor user information: either may be a credential.
    const bool user = text.find('@') != std::string_view::npos;
    const std::size_t shown = user ? text.find("//") : text.find_first_of("?#");
    return fail("\"" + printable(text.substr(0, shown)) + "\": " + std::string(what));
  };
  if (!std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; })) {
    return bad("a URL has visible ASCII only");
  }
  Url url;
  const std::string scheme = lower_ascii(text.substr(0, 8));
  if (scheme.starts_with("https://")) {
    url.tls = true;
    url.port = 443;
  } else if (!scheme.starts_with("http://")) {
    return bad("expected http:// or https://");
  }
  const std::size_t start = url.tls ? 8 : 7;
  const std::size_t end = std::min(text.find_first_of("/?#", start), text.size());
  url.authority = text.substr(start, end - start);
  if (!split_authority(url.authority, url)) return bad("expected a host and perhaps a port");
  const std::string_view rest = text.substr(end);
  url.target = rest.substr(0, rest.find('#'));
  if (!url.target.starts_with('/')) url.target.insert(0, "/");
  return url;
}

}  // namespace grantd::http
