// The version, as `grantd version` and pages of the developer show it.
#pragma once

#include <string>

#include "grantd/base/json.h"

namespace grantd::app {

inline constexpr const char* kVersion = GRANTD_VERSION;
Json version_record();  // version, compiler, libraries

}  // namespace grantd::app
