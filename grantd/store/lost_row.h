// What `lost` says to the operator, the same words in every store.
#pragma once

#include <string>

#include "grantd/core/changes.h"

namespace grantd::store {

// "grant AZd…: exists": the row that the change is about, and why its guard failed.
std::string lost_row(const core::Change& change);

}  // namespace grantd::store
