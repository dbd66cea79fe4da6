// The store in one SQLite file: WAL, synchronous=FULL, group commit (DESIGN §5).
//
// What was acknowledged survives a power cut. Reads run in place, on the caller's thread; commits
// queue to one writer thread, which takes what is there, one transaction and one sync for all.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "grantd/store/store.h"

namespace grantd::store {

struct SqliteOptions {
  // The server holds FILE.lock as long as the store is open: a second one is refused. The command
  // line opens beside it, and migrates only where no server runs.
  enum class Role { server, command_line };

  std::string file;      // "data/grantd.db"; its directory is made where it is missing (0700)
  oauth::Issuer issuer;  // must be the one that the store was made for
  Role role = Role::server;
  bool create = false;  // make the store where there is none; without it that is an error
  std::optional<core::Epoch> epoch_for_new = {};  // of a store that is made; else drawn at random
  int queue_max = 4096;                           // commits waiting; past it: unavailable at once
  std::int64_t pages_max = 0;  // the file's largest size in pages of 4 KiB; 0: no limit
  std::string vfs = {};        // the SQLite VFS to use; empty: the system's own
};

// What the writer did since it was opened.
struct Counters {
  std::uint64_t requests = 0;      // commits answered, whatever the answer
  std::uint64_t transactions = 0;  // committed, each with one sync
  std::uint64_t statements = 0;    // run by the writer
  std::uint64_t batch_max = 0;     // most requests in one transaction
};

class SqliteStore : public Store {
 public:
  virtual Counters counters() const = 0;
};

// The error is for the operator: what was wrong, what was expected, what to do. Refused: a link, a
// file or directory that others may write (or a file they may read), another issuer, a newer
// schema (the file is left as it is), a file that is no grantd store, a second server.
Result<std::unique_ptr<SqliteStore>, std::string> open_sqlite(const SqliteOptions& options);

}  // namespace grantd::store
