// What a person's grant entitles to now: code and refresh token say the same, by its row.
#pragma once

#include "grantd/core/found.h"
#include "grantd/core/issue.h"
#include "grantd/core/resource_indicators.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

// `scope`: the effective one, or what a request narrowed it to; the ID token hangs on it. `target`:
// the access token's part of it. `found` has client, user and consent. Refresh token and nonce are
// the caller's business.
Entitlement entitle(const Grant& grant, const ScopeSet& scope, const Target& target,
                    const Found& found, const Keyring& keys);

}  // namespace grantd::core
