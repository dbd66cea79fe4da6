// What OpenID Connect adds to a client's registration (Dynamic Client Registration §2), from
// options.
#pragma once

#include <vector>

#include "apps/grantd/command.h"
#include "grantd/core/records.h"
#include "grantd/server/config.h"

namespace grantd::app {

std::vector<Option> openid_options();  // of create and update

// Takes what openid_options name into the client; what is absent stays as it is. After the redirect
// URIs: a sector that nobody named is their host (Core §8.1).
Outcome<> apply_openid(const Call& call, const server::Config& config, core::Client& client);

}  // namespace grantd::app
