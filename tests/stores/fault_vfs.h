// A VFS over the system's own whose writes and syncs fail when told. For the SQLite store's tests.
#pragma once

namespace grantd::store::test {

enum class DiskFault { none, sync_fails, disk_full };

// Registered under this name at first use.
const char* fault_vfs();
void set_disk_fault(DiskFault fault);

}  // namespace grantd::store::test
