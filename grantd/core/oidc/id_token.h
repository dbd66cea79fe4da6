// The ID token (OpenID Connect Core §2), before it is signed.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/core/decision.h"
#include "grantd/core/policy.h"

namespace grantd::core {

// How a person was authenticated, as `acr` names it. One class so far: by a password.
inline constexpr std::string_view kAcrPassword = "urn:grantd:acr:password";
std::string_view acr_of(std::string_view amr);
inline constexpr std::string_view kAcrValues[] = {kAcrPassword};

// What an ID token says of an authentication.
struct IdTokenFacts {
  jose::Algorithm algorithm = jose::Algorithm::rs256;
  std::string nonce;  // as the request had it; empty: none, and none is sent
  Time auth_time{};
  std::string amr;                   // parted by blanks
  std::optional<SessionId> session;  // `sid` (OpenID Connect Front-Channel Logout §3)
  Json claims;                       // an object: what was asked for by the `claims` parameter
};

// Core §2, §3.1.3.6. `at_hash` is added when the access token is minted.
UnsignedToken make_id_token(IdTokenFacts facts, std::string_view subject,
                            const ClientId& client, Time now, const Policy& policy);

}  // namespace grantd::core
