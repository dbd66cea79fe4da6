// POST /login: is this the person? The password form of the login page.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_login(const RawRequest& request, const House& house, const Keyring& keys);

}  // namespace grantd::core
