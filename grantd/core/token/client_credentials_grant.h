// grant_type=client_credentials (RFC 6749 §4.4). Writes nothing.
#pragma once

#include "grantd/core/token/grant.h"

namespace grantd::core {
ReadGrant read_client_credentials_grant(oauth::Form form, const Keyring& keys);
}  // namespace grantd::core
