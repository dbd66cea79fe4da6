// /logout: ends the session of this browser, for the person or at an app's wish (OpenID Connect
// RP-Initiated Logout §2). GET asks, unless the hint proves who is meant; the form's POST does.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_logout(const RawRequest& request, const House& house, const Keyring& keys);

}  // namespace grantd::core
