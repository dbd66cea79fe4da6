// Who is in every story: apps, people, APIs (house.h names them).
#pragma once

#include "grantd/core/changes.h"

namespace grantd::flows {

core::Changes make_cast(Time now);

}  // namespace grantd::flows
