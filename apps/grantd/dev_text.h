// What `grantd dev` says of itself: on the terminal, and as data for the page at "/".
#pragma once

#include <chrono>
#include <string>

#include "apps/grantd/dev.h"
#include "grantd/server/pages.h"

namespace grantd::app {

server::DevOverview overview_of(const DevPlace& place);

// The same for a terminal, with commands that can be pasted as they stand.
std::string welcome_text(const DevPlace& place, std::chrono::milliseconds took);

}  // namespace grantd::app
