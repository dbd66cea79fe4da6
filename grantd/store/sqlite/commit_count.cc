#include "grantd/store/sqlite/commit_count.h"

namespace grantd::store::sqlite {
namespace {

// "WAL-mode File Format" §2.1: the wal-index is mapped in regions of this size; two copies of its
// header begin the first, and a writer completes the first copy last.
constexpr int kRegionBytes = 32 * 1024;
constexpr std::size_t kVersionAt = 0;
constexpr std::size_t kChangesAt = 2;  // in words of 32 bits, in the machine's order
constexpr std::uint32_t kVersion = 3007000;

}  // namespace

std::optional<CommitCount> CommitCount::of(Database& database) {
  sqlite3_file* file = nullptr;
  const int code =
      sqlite3_file_control(database.handle(), "main", SQLITE_FCNTL_FILE_POINTER, &file);
  if (code != SQLITE_OK || !file || !file->pMethods) return {};
  if (file->pMethods->iVersion < 2 || !file->pMethods->xShmMap) return {};
  void volatile* region = nullptr;
  constexpr int kFirst = 0, kNeverExtend = 0;
  if (file->pMethods->xShmMap(file, kFirst, kRegionBytes, kNeverExtend, &region) != SQLITE_OK) {
    return {};
  }
  const auto* words =
      const_cast<const std::uint32_t*>(static_cast<volatile std::uint32_t*>(region));
  if (!words || words[kVersionAt] != kVersion) return {};
  return CommitCount(words + kChangesAt);
}

}  // namespace grantd::store::sqlite
