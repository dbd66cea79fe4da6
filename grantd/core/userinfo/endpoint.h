// /userinfo (OpenID Connect Core §5.3): what the app may know of the person, by an access token.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {
Read read_userinfo(const RawRequest& request, const House& house, const Keyring& keys);
}  // namespace grantd::core
