// The deployment's rules, as a value. Defaults: DESIGN "Lifetimes"; config fills it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/time.h"
#include "grantd/core/records.h"
#include "grantd/oauth/ids.h"

namespace grantd::core {

// Who may register a client without the operator, and what such a client begins with.
struct RegistrationPolicy {
  enum class Mode { off, token, open } mode = Mode::off;
  ScopeSet scope;  // the most that such a client may ask for
  PkcePolicy pkce = PkcePolicy::required;  // of confidential ones; a public one always must
  // RFC 9700 §4.11.2: whoever registered a redirect URI must not be able to have browsers sent
  // there by a request that nobody saw. Their mistakes are told on a page of ours.
  bool errors_on_page = true;
  int unused_max = 1000;  // that were never given a token, in all
  Duration unused_lifetime = std::chrono::hours(24);
};

struct Policy {
  oauth::Issuer issuer;
  Duration code_lifetime = std::chrono::seconds(60);
  Duration form_lifetime = std::chrono::minutes(30);
  Duration freshness_lifetime = std::chrono::minutes(10);  // of a login or consent just done
  Duration session_idle = std::chrono::hours(24);
  Duration session_absolute = std::chrono::hours(14 * 24);
  Duration offline_idle = std::chrono::hours(30 * 24);
  Duration offline_absolute = std::chrono::hours(180 * 24);
  Duration refresh_retry_window = std::chrono::seconds(60);
  Duration device_lifetime = std::chrono::hours(180 * 24);  // how long a browser stays known
  bool refresh_tokens = true;  // false where the deployment goes without that grant
  Duration id_token_lifetime = std::chrono::minutes(15);
  // What answers to the identity scopes: this server's userinfo. Its audience is the issuer.
  Resource userinfo;
  // Signing algorithms with keys of their own; ES256 is always among them.
  std::vector<jose::Algorithm> algorithms = {jose::Algorithm::es256, jose::Algorithm::rs256};
  std::vector<std::string> languages;  // that the pages speak: "en", "de"
  std::string dummy_password;  // a PHC string that nobody's password matches, of the usual cost
  std::size_t code_bytes_max = 1536;
  RegistrationPolicy registration;

  // Path of the issuer, without a trailing '/': "" or "/tenant". Endpoints lie below it.
  std::string path() const;
  // An endpoint's URL by its path below the issuer's: "/token". The issuer may end with a '/'.
  std::string url_of(std::string_view path) const;
};

}  // namespace grantd::core
