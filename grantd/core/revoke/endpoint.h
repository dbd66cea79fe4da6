// POST /revoke (RFC 7009): a refresh token ends its grant, an access token ends alone.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {
Read read_revoke(const RawRequest& request, const House& house, const Keyring& keys);
}  // namespace grantd::core
