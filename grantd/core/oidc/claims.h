// Which facts about a person an app gets: by scopes (OpenID Connect Core §5.4) and by the `claims`
// parameter (§5.5).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/base/result.h"
#include "grantd/oauth/scope.h"

namespace grantd::core {

// Every standard claim (Core §5.1) but `sub`, sorted.
const std::vector<std::string_view>& standard_claims();
// The scope that a standard claim belongs to: "email_verified" to "email"; empty for no such claim.
std::string_view scope_of_claim(std::string_view claim);

// Claims asked for by name, beyond what the scopes bring. Travels in code and grant as text.
struct ClaimsRequest {
  std::vector<std::string> userinfo;  // standard claims, sorted, each once
  std::vector<std::string> id_token;

  bool empty() const { return userinfo.empty() && id_token.empty(); }
  // The scopes that these claims belong to: what the person is asked about.
  oauth::ScopeSet scopes() const;
  // "email name|email"; empty where nothing is asked.
  std::string to_text() const;
  static ClaimsRequest of_text(std::string_view text);
  // Without the claims of scopes that are not in `allowed`.
  ClaimsRequest within(const oauth::ScopeSet& allowed) const;
  friend bool operator==(const ClaimsRequest&, const ClaimsRequest&) = default;
};

// The `claims` parameter, read (Core §5.5).
struct ClaimsParameter {
  ClaimsRequest request;
  std::optional<std::string> subject;   // `sub` with this value: nobody else will do
  std::vector<std::string> acr;         // `acr` values of the ID token that would do …
  bool acr_is_essential = false;        // … and without one of them the request fails (§5.5.1.1)
};
// The error says what was found. Claims and languages that are not known are left out (§5.5).
Result<ClaimsParameter, std::string> read_claims_parameter(std::string_view text);

// What of the person's claims goes out: those of `scope` and those in `names`. A claim that she has
// no value for is left out (§5.3.2).
Json released_claims(const Json& claims, const oauth::ScopeSet& scope,
                     const std::vector<std::string>& names);

}  // namespace grantd::core
