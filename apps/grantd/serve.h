#pragma once

#include "apps/grantd/command.h"

namespace grantd::app {

// Runs until SIGTERM or SIGINT; SIGHUP reads the TLS pair again.
Outcome<> run_serve(const Call& call);

}  // namespace grantd::app
