// A change as SQL.
#pragma once

#include "grantd/core/changes.h"
#include "grantd/store/sqlite/database.h"

namespace grantd::store::sqlite {

enum class Applied {
  written,
  unchanged,  // nothing to do: a row without guard that is as wanted already
  lost,       // the guard failed; nothing was written
};

// Applies one change, judged at `now`, inside the caller's transaction.
SqlResult<Applied> apply(Database& database, const core::Change& change, Time now);

}  // namespace grantd::store::sqlite
