// The configuration, as the rules see it.
#pragma once

#include "grantd/core/policy.h"
#include "grantd/server/config.h"

namespace grantd::server {

core::Policy policy_of(const Config& config);

}  // namespace grantd::server
