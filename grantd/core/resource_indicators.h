// Resource indicators (RFC 8707): which APIs an authorization is for, and which one a token.
//
// The APIs of a request, a code or a grant are those that its scopes belong to; nothing else is
// kept of it. This server's userinfo is one of them: it answers to the identity scopes, where
// openid is among them, and its name is the issuer's. An access token is for one API.
#pragma once

#include <string>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/core/found.h"
#include "grantd/core/policy.h"
#include "grantd/core/refusal.h"

namespace grantd::core {

inline constexpr std::size_t kResourcesMax = 8;  // of one authorization

// Userinfo first, then the others in the order of their audiences. Point into the arguments.
std::vector<const Resource*> resources_of(const ScopeSet& scope, const Resources& registered,
                                          const Policy& policy);
// The one of this audience, userinfo among them; null where it is gone.
const Resource* resource_of(const Audience& audience, const Resources& registered,
                            const Policy& policy);

// The part of `scope` that the resources of a request leave: all where it names none.
ScopeSet scope_within(const ScopeSet& scope, const std::vector<std::string>& named,
                      const Resources& registered);

// RFC 6749 §3.3. invalid_scope: a scope that no API defines. Identity scopes and offline_access are
// the server's own.
Result<Unit, Refusal> check_defined(const ScopeSet& scope, const Resources& registered);

// RFC 8707 §2.1: what an authorization request asks for. `named`: its `resource` parameters.
//   invalid_target: a resource that is unknown, or of which no scope is asked for; a scope of one
//   that is not named where others are; more than kResourcesMax.
Result<std::vector<const Resource*>, Refusal> check_resources(
    const ScopeSet& scope, const std::vector<std::string>& named, const Resources& registered,
    const Policy& policy);

// What one access token is for.
struct Target {
  const Resource* resource = nullptr;  // null: nothing of the scope belongs to an API any more
  ScopeSet scope;
};
// RFC 8707 §2.2: at the token endpoint. `scope`: what may be had of the grant.
//   invalid_target: two resources; one that was not granted, or of which no scope is left; none
//   where there are several to choose from.
Result<Target, Refusal> find_target(const ScopeSet& scope, const std::vector<std::string>& named,
                                    const Resources& registered, const Policy& policy);

}  // namespace grantd::core
