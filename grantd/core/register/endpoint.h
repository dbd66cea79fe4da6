// /register: clients that register themselves (RFC 7591 §3, OpenID Connect Dynamic Client
// Registration §3) and look after their registration (RFC 7592).
//
// What lives here: POST makes a client; GET, PUT and DELETE, with ?client_id= and the registration
// access token, act on it. metadata.h checks what a client says of itself, document.h tells it what
// was kept.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_register(const RawRequest& request, const House& house, const Keyring& keys);

// The mark that an initial access token was used (UseOnce).
Hash256 once_hash(const InvitationPayload& invitation);

}  // namespace grantd::core
