// The whole table of keys: one look of several pages.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "grantd/store/store.h"

namespace grantd::server {

using KeysRead = std::move_only_function<void(Result<std::vector<core::Key>, std::string>)>;
// Completes on the caller's loop.
void read_keys(store::Store& store, KeysRead done);

}  // namespace grantd::server
