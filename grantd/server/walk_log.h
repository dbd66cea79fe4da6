// One line of the log for a walk that ended.
#pragma once

#include "grantd/server/walk_trace.h"

namespace grantd::server {

void log_walk(const WalkTrace& trace);

}  // namespace grantd::server
