// What this server can do, as it says itself: the sum of the features' rows, so it cannot lie.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

// /.well-known/oauth-authorization-server (RFC 8414 §3) and openid-configuration (Discovery §4).
Read read_metadata(const RawRequest& request, const House& house, const Keyring& keys);
// /jwks (RFC 7517 §5): next, current and retired public keys.
Read read_jwks(const RawRequest& request, const House& house, const Keyring& keys);

}  // namespace grantd::core
