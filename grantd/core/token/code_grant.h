// grant_type=authorization_code (RFC 6749 §4.1.3).
#pragma once

#include "grantd/core/token/grant.h"

namespace grantd::core {
ReadGrant read_code_grant(oauth::Form form, const Keyring& keys);
}  // namespace grantd::core
