#pragma once

#include "apps/grantd/command.h"

namespace grantd::app {

// Writes grantd.toml, the master key and the store with its first keys; all or nothing.
Outcome<> run_init(const Call& call);

}  // namespace grantd::app
