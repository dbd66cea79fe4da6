// How many commits the file has seen, whoever made them, without asking SQLite.
#pragma once

#include <cstdint>
#include <optional>

#include "grantd/store/sqlite/database.h"

namespace grantd::store::sqlite {

// The change counter that all processes with the file open share in its wal-index ("WAL-mode File
// Format" §2.1, iChange): a commit that wrote anything raises it by one once it is durable, a
// rollback or a checkpoint does not. Good as long as the connection that it came from is open.
class CommitCount {
 public:
  // None where the VFS has no shared memory; the connection must have read once.
  static std::optional<CommitCount> of(Database& database);
  explicit CommitCount(const std::uint32_t* count) : count_(count) {}

  std::uint32_t now() const { return __atomic_load_n(count_, __ATOMIC_ACQUIRE); }

 private:
  const std::uint32_t* count_;
};

}  // namespace grantd::store::sqlite
