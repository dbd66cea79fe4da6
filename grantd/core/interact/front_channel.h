// The addresses that a page loads so that apps hear of the logout by the browser (OpenID Connect
// Front-Channel Logout 1.0).
#pragma once

#include <vector>

#include "grantd/core/found.h"
#include "grantd/core/page.h"
#include "grantd/core/policy.h"

namespace grantd::core {

// Of the apps that signed the person in by this session (Found::session_clients).
std::vector<PageAddress> front_channel_frames(const Session& session, const Found& found,
                                              const Policy& policy);

}  // namespace grantd::core
