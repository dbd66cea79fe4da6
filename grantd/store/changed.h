// What a change makes of a record: the same in every store.
#pragma once

#include "grantd/core/records.h"

namespace grantd::store {

// RotateGrant, whose guard held.
inline core::Grant rotated(core::Grant grant, Time now) {
  grant.generation += 1;
  grant.version += 1;
  grant.rotated = grant.last_used = now;
  return grant;
}

}  // namespace grantd::store
