// Which schema a file has, making one, and the numbered steps from one to the next.
#pragma once

#include <optional>
#include <string>

#include "grantd/core/records.h"
#include "grantd/store/sqlite/database.h"

namespace grantd::store::sqlite {

inline constexpr int kSchemaVersion = 1;  // what this release reads and writes

// Meta as it lies in the file, read without changing it (checklist OP-02). The error is for the
// operator.
Result<core::Meta, std::string> peek_meta(const std::string& file, const std::string& vfs);

// Makes the store whole under another name, then gives it its own: after a crash it is there or
// not. Only under the lock.
Result<Unit, std::string> make_store(const std::string& file, const std::string& vfs,
                                     const oauth::Issuer& issuer, const core::Epoch& epoch);

// Brings an older schema to kSchemaVersion, a transaction a step. Only under the lock.
Result<Unit, std::string> migrate(Database& database, int from);

SqlResult<core::Meta> read_meta(Database& database);

// What a writing connection is set to. Checkpoints are left to its owner.
SqlResult<Unit> set_up(Database& database, std::int64_t pages_max);

}  // namespace grantd::store::sqlite
