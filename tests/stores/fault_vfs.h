// A VFS over the system's own whose writes, syncs and locks fail when told. For the SQLite
// store's tests.
#pragma once

#include <cstdint>

namespace grantd::store::test {

enum class DiskFault {
  none,
  sync_fails,
  disk_full,
  disk_fills,  // half of a write is there, for the rest there is no room
  lock_fails,  // of a write-ahead log, so that it cannot be read
};

// Registered under this name at first use.
const char* fault_vfs();
void set_disk_fault(DiskFault fault);
// How often a lock on a write-ahead log was taken or given back: each read of the file needs one.
std::uint64_t file_locks();
std::uint64_t file_writes();  // by SQLite and the store, of all their files

}  // namespace grantd::store::test
