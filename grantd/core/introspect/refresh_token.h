// A refresh token that its client asks about (RFC 7662): looked at, never used. However it is
// judged here, nothing is rotated and nothing revoked.
#pragma once

#include <optional>
#include <string>

#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/sealed/payloads.h"

namespace grantd::core {

// By Found::of_token, where the grant's row is. Nothing where a refresh would succeed; a token that
// was replaced is dead, within the retry window too.
std::optional<std::string> why_dead(const RefreshPayload& token, const Found& found,
                                    const Moment& moment, const Policy& policy);

// What a live one would still bring: grant ∩ consent ∩ client.
ScopeSet effective_scope(const Found::OfToken& of);

}  // namespace grantd::core
