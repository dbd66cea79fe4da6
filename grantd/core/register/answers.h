// The answers of /register that are not the client's document, and what an update must not touch.
#pragma once

#include <string>
#include <string_view>

#include "grantd/base/json.h"
#include "grantd/core/decision.h"
#include "grantd/core/moment.h"
#include "grantd/core/refusal.h"

namespace grantd::core {

inline constexpr std::string_view kRegisterRule = "register/endpoint";

// RFC 7591 §3.2.2.
Decision registration_refused(const Refusal& refusal);
// RFC 6750 §3.1, RFC 7592 §2.1: 401, one description for all; `because` is for the operator.
Decision registration_challenge(std::string because);
Decision too_many(Duration wait);

// RFC 7592 §2.2: client_id must be there and match; the members that the server alone sets must
// not; client_secret may be given back, never chosen.
Result<Unit, Refusal> check_own_members(const Json& document, const Client& client);

// Gives the client a secret where its method needs one and none is live, takes them where it needs
// none. The new one, else empty; only its hash is in the record.
std::string renew_secret(Client& client, const Moment& moment);

}  // namespace grantd::core
