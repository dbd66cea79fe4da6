// What a person's grant entitles to now: code and refresh token say the same, by its row.
#pragma once

#include "grantd/core/found.h"
#include "grantd/core/issue.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

// `scope`: the effective one, or what a request narrowed it to. `found` has client, user and
// consent. Refresh token and nonce are the caller's business.
Entitlement entitle(const Grant& grant, const ScopeSet& scope, const Resource& resource,
                    const Found& found, const Keyring& keys);

// The API that tokens for this audience are of, this server's userinfo among them; null where it
// is gone.
const Resource* resource_of(const Audience& audience, const Found& found, const Policy& policy);

}  // namespace grantd::core
