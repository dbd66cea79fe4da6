// The write-ahead log as a file of SQLite's, in fewer system calls.
//
// SQLite writes each frame by two calls, its head and its page, one frame behind the other. Here
// what follows without a gap waits in memory and goes out as one write: before a sync, a read, or
// whatever else looks at the file. Nothing is acknowledged, and no other connection is told of a
// frame, before the sync of its commit (synchronous=FULL).
//
// What waits must go out under the write lock, or it would cover what another process committed
// there meanwhile. So it is for connections whose frames are written by a commit alone, which ends
// in that sync or has failed: cache_spill=OFF, else a transaction that is given up leaves some.
#pragma once

#include <string>

namespace grantd::store::sqlite {

// The name of a VFS that does so over that of the name `under` (empty: SQLite's own). Registered at
// its first use, for as long as the program runs. `under` itself where there is no such VFS.
std::string one_write_vfs(const std::string& under);

}  // namespace grantd::store::sqlite
