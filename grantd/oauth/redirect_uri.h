// Redirect URIs (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §2.1): the exact bytes, compared as bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/hash.h"
#include "grantd/base/result.h"

namespace grantd::oauth {

class RedirectUri {
 public:
  // An absolute URI without fragment: https://host…, http://host… or a private-use scheme with a
  // dot (RFC 8252 §7.1). At most 2,000 bytes of printable ASCII. No userinfo, no wildcard, no
  // `code`, `state`, `iss`, `error` or `response` in its query. The error is text for the operator.
  // Whether plain http is fit for the host is the registration's question (is_loopback).
  static Result<RedirectUri, std::string> parse(std::string_view text);

  const std::string& str() const { return text_; }
  // For pages: "https://", "app.example", "/signed-in". A private-use scheme has no host.
  std::string scheme() const;     // lower case, without ':'
  std::string host_port() const;  // as written
  std::string path_query() const;
  // scheme://host:port, as form-action names it; for a private-use scheme "scheme:".
  std::string origin() const;

  bool is_http() const;      // http, not https
  bool is_loopback() const;  // host 127.0.0.1, [::1] or localhost
  bool is_private_use() const;

  // Appends a query that is already encoded: by '?' or, after an own query, by '&'.
  std::string with_query(std::string_view query) const;

  const Hash256& hash() const { return hash_; }  // SHA-256 of the text
  friend bool operator==(const RedirectUri&, const RedirectUri&) = default;

 private:
  std::string text_;
  Hash256 hash_{};
};

// RFC 8252 §7.3, the one exception to byte equality: for http on a loopback IP address (127.0.0.1
// or [::1], not localhost) registered without a port, the port of the request may be any.
bool same_but_loopback_port(const RedirectUri& registered, const RedirectUri& requested);

}  // namespace grantd::oauth
