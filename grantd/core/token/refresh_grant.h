// grant_type=refresh_token (RFC 6749 §6, RFC 9700 §4.14).
#pragma once

#include "grantd/core/token/grant.h"

namespace grantd::core {
ReadGrant read_refresh_grant(oauth::Form form, const Keyring& keys);
}  // namespace grantd::core
