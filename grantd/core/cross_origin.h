// Which web pages may read an answer (Fetch Standard §3.2, "CORS"): apps that run in a browser call
// the token, revocation and userinfo endpoints from their own origin.
#pragma once

#include <string_view>

#include "grantd/core/found.h"

namespace grantd::core {

// Whether `origin` is that of a redirect URI of the client that the request is about. No cookie
// counts at these endpoints, so who may not read the answer could not have forged the request.
bool may_read(std::string_view origin, const Found& found);

}  // namespace grantd::core
