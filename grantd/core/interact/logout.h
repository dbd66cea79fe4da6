// /logout: ends the session of this browser. GET asks, the form's POST does.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_logout(const RawRequest& request, const House& house, const Keyring& keys);

}  // namespace grantd::core
