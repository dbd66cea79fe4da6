// A request that the app signed: by value or by reference (OpenID Connect Core §6, RFC 9101).
#pragma once

#include <variant>

#include "grantd/core/authorize/request.h"
#include "grantd/core/decision.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/refusal.h"

namespace grantd::core {

// Whether there is an object, or should be one. Where not, the request is meant as it was sent.
bool has_request_object(const AuthorizeRequest& sent, const Client& client);

// The request that is meant: as it was sent where there is no object, else with what the object
// says in front. Its `request` and `request_uri` are gone. Refused: invalid_request_object,
// invalid_request_uri, invalid_request.
// Most requests have none: see has_request_object.
std::variant<AuthorizeRequest, Refusal, Ask> resolve_request_object(
    const AuthorizeRequest& sent, const Client& client, const Found& found, const Moment& moment,
    const Policy& policy);

}  // namespace grantd::core
