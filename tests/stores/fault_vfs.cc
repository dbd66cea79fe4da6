#include "tests/stores/fault_vfs.h"

#include <sqlite3.h>

#include <array>
#include <atomic>
#include <mutex>

namespace grantd::store::test {
namespace {

// A table of methods as SQLite's VFS has it (one for files that are locked, one for the others),
// and the copy of it that fails.
struct Methods {
  const sqlite3_io_methods* system = nullptr;
  sqlite3_io_methods failing{};
};

std::atomic<DiskFault> fault{DiskFault::none};
std::atomic<std::uint64_t> locks{0};
std::atomic<std::uint64_t> writes{0};
sqlite3_vfs* system_vfs = nullptr;
sqlite3_vfs vfs;
std::mutex methods_mutex;
std::array<Methods, 4> methods;

const sqlite3_io_methods* system_methods(const sqlite3_file* file) {
  for (const Methods& known : methods) {
    if (file->pMethods == &known.failing) return known.system;
  }
  return file->pMethods;
}

int sync_file(sqlite3_file* file, int flags) {
  if (fault == DiskFault::sync_fails) return SQLITE_IOERR_FSYNC;
  return system_methods(file)->xSync(file, flags);
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  ++writes;
  if (fault == DiskFault::disk_full) return SQLITE_FULL;
  if (fault == DiskFault::disk_fills) {
    const int code = system_methods(file)->xWrite(file, bytes, size / 2, offset);
    return code == SQLITE_OK ? SQLITE_FULL : code;
  }
  return system_methods(file)->xWrite(file, bytes, size, offset);
}

int lock_log(sqlite3_file* file, int offset, int count, int flags) {
  ++locks;
  if (fault == DiskFault::lock_fails && !(flags & SQLITE_SHM_UNLOCK)) return SQLITE_IOERR_SHMLOCK;
  return system_methods(file)->xShmLock(file, offset, count, flags);
}

const sqlite3_io_methods* failing_methods(const sqlite3_io_methods* system) {
  const std::lock_guard lock(methods_mutex);
  for (Methods& known : methods) {
    if (!known.system) {
      known.failing = *system;
      known.failing.xSync = sync_file;
      known.failing.xWrite = write_file;
      known.failing.xShmLock = lock_log;
      known.system = system;
    }
    if (known.system == system) return &known.failing;
  }
  return system;
}

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  const int code = system_vfs->xOpen(system_vfs, name, file, flags, flags_out);
  if (code == SQLITE_OK && file->pMethods) file->pMethods = failing_methods(file->pMethods);
  return code;
}

void register_vfs() {
  system_vfs = sqlite3_vfs_find(nullptr);
  vfs = *system_vfs;
  vfs.zName = "grantd-faults";
  vfs.xOpen = open_file;
  vfs.pNext = nullptr;
  sqlite3_vfs_register(&vfs, 0);
}

}  // namespace

const char* fault_vfs() {
  static const bool registered = (register_vfs(), true);
  static_cast<void>(registered);
  return "grantd-faults";
}

void set_disk_fault(DiskFault wanted) {
  fault = wanted;
}

std::uint64_t file_writes() {
  return writes;
}

std::uint64_t file_locks() {
  return locks;
}

}  // namespace grantd::store::test
