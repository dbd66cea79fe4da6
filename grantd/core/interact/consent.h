// POST /consent: what the person answered. The form is bound to its session and to what it showed.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_consent(const RawRequest& request, const House& house, const Keyring& keys);

}  // namespace grantd::core
