// What a client signed with a key of its own: an assertion, a request object. Its keys are a set
// that it registered, by value or by reference (RFC 7591 §2, jwks and jwks_uri).
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "grantd/core/decision.h"
#include "grantd/core/found.h"
#include "grantd/jose/jwt.h"

namespace grantd::core {

// The asymmetric algorithms that a client may sign by: none needs a secret kept in the clear.
std::span<const jose::Algorithm> client_algorithms();

// Why it is not the client's signature, for the operator.
struct NotTheirs {
  std::string reason;
};

// `wanted`: the one algorithm that the client registered for this, else any of client_algorithms().
// A set by reference is asked for; where it lacks the key that the token names, or that key signs
// otherwise, it is asked for anew, once (OpenID Connect Core §10.1.1).
std::variant<jose::VerifiedJwt, NotTheirs, Ask> verify_client_jwt(
    std::string_view token, const Client& client, std::optional<jose::Algorithm> wanted,
    const Found& found);

}  // namespace grantd::core
