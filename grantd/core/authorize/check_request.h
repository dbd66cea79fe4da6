// The rule table of an authorization request, once it is known where to answer.
#pragma once

#include <optional>
#include <vector>

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
  std::vector<const Resource*> resources;  // what its scopes belong to; into facts and policy
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

}  // namespace grantd::core
