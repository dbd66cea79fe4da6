// POST /token (RFC 6749 §3.2): client authentication, then the grant, then issue.
#pragma once

#include "grantd/core/endpoint.h"
#include "grantd/core/refusal.h"
#include "grantd/oauth/form.h"

namespace grantd::core {

Read read_token(const RawRequest& request, const House& house, const Keyring& keys);

// Shared by the direct endpoints (token, revoke): the form of a POST, or why it is none.
Result<oauth::Form, Refusal> read_direct_form(const RawRequest& request);
Decision json_error(const Refusal& refusal);
// Whether guesses at this client's secret have to wait.
std::optional<Decision> throttled(const Found& found);

}  // namespace grantd::core
