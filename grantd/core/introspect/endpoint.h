// POST /introspect (RFC 7662): an API, or the app itself, asks what a token is worth. The answer is
// JSON, or a signed JWT (RFC 9701).
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_introspect(const RawRequest& request, const House& house, const Keyring& keys);

// What its JWTs are signed with: RS256 where there are keys for it (RFC 9701 §6), else ES256.
jose::Algorithm introspection_algorithm(const Policy& policy);

}  // namespace grantd::core
