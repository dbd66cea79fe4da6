// The rule table of an authorization request, once it is known where to answer.
#pragma once

#include <optional>

#include "grantd/base/result.h"
#include "grantd/core/authorize/request.h"
#include "grantd/core/authorize/return_address.h"
#include "grantd/core/found.h"
#include "grantd/core/oidc/claims.h"
#include "grantd/core/policy.h"
#include "grantd/core/refusal.h"
#include "grantd/oauth/pkce.h"

namespace grantd::core {

// A request that may be asked of a person.
struct CheckedRequest {
  ScopeSet scope;
  Audience audience;                   // the API of its scopes, or this server's userinfo
  const Resource* resource = nullptr;  // the API, into the facts; null: identity scopes alone
  ClaimsParameter claims;
  ScopeSet asks;  // what the person is asked about: the scope, and what the claims belong to
  std::optional<oauth::CodeChallenge> challenge;
  std::optional<Duration> max_age;
  // `sub` as this client knows the person: nobody else will do. From `claims` (Core §5.5.1).
  std::optional<std::string> subject;
  bool prompt_none = false;
  bool prompt_login = false;
  bool prompt_consent = false;
  bool offline = false;
};

// Each refusal goes back to the client's return address, which is `to`.
Result<CheckedRequest, Refusal> check_request(const AuthorizeRequest& request,
                                              const ReturnAddress& to, const Client& client,
                                              const Resources& resources, const Policy& policy);

// The one API that these scopes (and perhaps a `resource`) name. Shared with the token endpoint.
//   invalid_scope: a token that no API defines; invalid_target: two APIs, or another than named.
struct Target {
  const Resource* resource = nullptr;  // null: no API scope is in the set
};
Result<Target, Refusal> find_target(const ScopeSet& scope, std::string_view resource_parameter,
                                    const Resources& resources);

}  // namespace grantd::core
