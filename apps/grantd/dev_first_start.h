// What the first `grantd dev` makes: directory, configuration, master key, store, keys, the demo
// people, API and clients.
#pragma once

#include "apps/grantd/command.h"
#include "apps/grantd/dev.h"
#include "grantd/server/config.h"

namespace grantd::app {

// Makes what is missing and reads the configuration. A start that was interrupted is finished by
// the next one; once the store has its first rows, nothing in it is touched any more, so that what
// was changed or deleted stays so.
Outcome<server::Config> prepare_dev(const DevPlace& place);

// Reads DIRECTORY/grantd.toml and the environment. Exit code 78 where it is wrong.
Outcome<server::Config> read_dev_config(const DevPlace& place);

}  // namespace grantd::app
