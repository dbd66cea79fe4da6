#include "grantd/store/sqlite/log_file.h"

#include <sqlite3.h>

#include <map>
#include <memory>
#include <mutex>
#include <new>
#include <vector>

namespace grantd::store::sqlite {
namespace {

// A large transaction goes out in pieces. SQLite's own VFS takes less than 128 KiB a call.
constexpr std::size_t kPieceMax = 64 * 1024;
constexpr std::size_t kPageMax = 64 * 1024;  // of SQLite's

// SQLite gives the memory: this, and behind it what the VFS below needs for its file.
struct LogFile {
  sqlite3_file base;  // first: SQLite sees only this
  sqlite3_file* below;
  std::vector<char> waiting;  // its memory is there from the start: a commit takes none
  sqlite3_int64 place;  // where in the file it goes
};
static_assert(sizeof(LogFile) % 8 == 0 && alignof(LogFile) <= 8);  // as SQLite aligns files

LogFile* log_file(sqlite3_file* file) { return reinterpret_cast<LogFile*>(file); }
sqlite3_file* below(sqlite3_file* file) { return log_file(file)->below; }
const sqlite3_io_methods& methods_below(sqlite3_file* file) { return *below(file)->pMethods; }

// Where it fails, SQLite gives the commit up, and the next one is written over it.
int write_waiting(sqlite3_file* file) {
  LogFile* const log = log_file(file);
  if (log->waiting.empty()) return SQLITE_OK;
  const int code = methods_below(file).xWrite(
      log->below, log->waiting.data(), static_cast<int>(log->waiting.size()), log->place);
  log->waiting.clear();
  return code;
}

int write_file(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  LogFile* const log = log_file(file);
  const auto end = log->place + static_cast<sqlite3_int64>(log->waiting.size());
  if (offset != end || log->waiting.size() >= kPieceMax) {
    if (const int code = write_waiting(file); code != SQLITE_OK) return code;
  }
  if (log->waiting.empty()) log->place = offset;
  const auto* const first = static_cast<const char*>(bytes);
  log->waiting.insert(log->waiting.end(), first, first + size);  // has room, throws nothing
  return SQLITE_OK;
}

int read_file(sqlite3_file* file, void* bytes, int size, sqlite3_int64 offset) {
  if (const int code = write_waiting(file); code != SQLITE_OK) return code;
  return methods_below(file).xRead(below(file), bytes, size, offset);
}
int sync_file(sqlite3_file* file, int flags) {
  if (const int code = write_waiting(file); code != SQLITE_OK) return code;
  return methods_below(file).xSync(below(file), flags);
}
int truncate_file(sqlite3_file* file, sqlite3_int64 size) {
  if (const int code = write_waiting(file); code != SQLITE_OK) return code;
  return methods_below(file).xTruncate(below(file), size);
}
int size_of_file(sqlite3_file* file, sqlite3_int64* size) {
  if (const int code = write_waiting(file); code != SQLITE_OK) return code;
  return methods_below(file).xFileSize(below(file), size);
}
int control_file(sqlite3_file* file, int what, void* value) {
  if (const int code = write_waiting(file); code != SQLITE_OK) return code;
  return methods_below(file).xFileControl(below(file), what, value);
}

// What still waits then was never committed, and nobody holds the lock that it needs.
int close_file(sqlite3_file* file) {
  const int closed = methods_below(file).xClose(below(file));
  std::destroy_at(log_file(file));
  return closed;
}

int lock_file(sqlite3_file* file, int level) {
  return methods_below(file).xLock(below(file), level);
}
int unlock_file(sqlite3_file* file, int level) {
  return methods_below(file).xUnlock(below(file), level);
}
int is_reserved(sqlite3_file* file, int* reserved) {
  return methods_below(file).xCheckReservedLock(below(file), reserved);
}
int sector_size(sqlite3_file* file) { return methods_below(file).xSectorSize(below(file)); }
int characteristics(sqlite3_file* file) {
  return methods_below(file).xDeviceCharacteristics(below(file));
}

// A log has no shared memory and is not mapped: version 1.
constexpr sqlite3_io_methods kMethods = {
    .iVersion = 1,
    .xClose = close_file,
    .xRead = read_file,
    .xWrite = write_file,
    .xTruncate = truncate_file,
    .xSync = sync_file,
    .xFileSize = size_of_file,
    .xLock = lock_file,
    .xUnlock = unlock_file,
    .xCheckReservedLock = is_reserved,
    .xFileControl = control_file,
    .xSectorSize = sector_size,
    .xDeviceCharacteristics = characteristics,
    .xShmMap = nullptr,
    .xShmLock = nullptr,
    .xShmBarrier = nullptr,
    .xShmUnmap = nullptr,
    .xFetch = nullptr,
    .xUnfetch = nullptr,
};

struct Vfs {
  sqlite3_vfs base;  // first: SQLite sees only this
  sqlite3_vfs* below;
  std::string name;
};

int open_file(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  sqlite3_vfs* const under = reinterpret_cast<Vfs*>(vfs)->below;
  if (!(flags & SQLITE_OPEN_WAL)) return under->xOpen(under, name, file, flags, flags_out);
  auto* const opened = reinterpret_cast<sqlite3_file*>(reinterpret_cast<LogFile*>(file) + 1);
  opened->pMethods = nullptr;
  file->pMethods = nullptr;
  const int code = under->xOpen(under, name, opened, flags, flags_out);
  if (code != SQLITE_OK) {
    if (opened->pMethods) opened->pMethods->xClose(opened);
    return code;
  }
  LogFile* const log = std::construct_at(reinterpret_cast<LogFile*>(file),
                                         LogFile{{&kMethods}, opened, {}, 0});
  try {  // SQLite is C: nothing may be thrown through it
    log->waiting.reserve(kPieceMax + kPageMax);
  } catch (const std::bad_alloc&) {
    (void)close_file(file);
    file->pMethods = nullptr;
    return SQLITE_NOMEM;
  }
  return SQLITE_OK;
}

}  // namespace

std::string one_write_vfs(const std::string& under) {
  static std::mutex mutex;
  // By the name of the one below. Never freed: SQLite has them until the program ends.
  static auto& made = *new std::map<std::string, std::unique_ptr<Vfs>>;
  const std::lock_guard lock(mutex);
  std::unique_ptr<Vfs>& vfs = made[under];
  if (vfs) return vfs->name;
  sqlite3_vfs* const below = sqlite3_vfs_find(under.empty() ? nullptr : under.c_str());
  if (!below) return under;
  vfs = std::make_unique<Vfs>(Vfs{*below, below, "grantd-" + std::string(below->zName)});
  vfs->base.zName = vfs->name.c_str();
  vfs->base.szOsFile = below->szOsFile + static_cast<int>(sizeof(LogFile));
  vfs->base.xOpen = open_file;
  vfs->base.pNext = nullptr;
  sqlite3_vfs_register(&vfs->base, 0);
  return vfs->name;
}

}  // namespace grantd::store::sqlite
