// What the server knows of the person (OpenID Connect Core §5.3). Pure.
#pragma once

#include "grantd/client/flow.h"

namespace grantd::client {

// GET with the access token in the Authorization header (§5.3.1).
Result<Request, FlowError> userinfo_request(const Provider& provider, const Secret& access_token);

// The claims, of a JSON answer or a signed one (§5.3.2), whose signature, iss and aud are checked.
// `sub` must be the ID token's (CL-03): else the answer is about somebody else, and foreign. An
// empty `subject` is refused. A 401 is `signed_out`.
Result<Json, FlowError> read_userinfo(const Response& response, std::string_view subject,
                                      const Settings& settings, const jose::KeySet& keys, Time now);

}  // namespace grantd::client
