// The file's place: who may read it, who holds it, whether it is still the one that was opened.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "grantd/base/result.h"

namespace grantd::store::sqlite {

// A resolved path whose directory was checked (checklist OP-06).
struct Place {
  std::string file;  // absolute, its directory free of links
  bool exists = false;
};

// Makes the directory (0700) where `create` and it is missing. Refuses: a directory that others may
// write; a file that is a link, not regular, or that others may read or write.
Result<Place, std::string> check_place(const std::string& file, bool create);

// FILE.lock, held by flock until it goes. The holder's process id stands in it.
class FileLock {
 public:
  // The error names the holder: "process 4711 holds it".
  static Result<FileLock, std::string> take(const std::string& file);
  FileLock(FileLock&& other) noexcept;
  FileLock& operator=(FileLock&& other) noexcept;
  ~FileLock();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

// Makes an empty file (0600) that nobody else has. An old one of that name goes.
Result<Unit, std::string> make_private_file(const std::string& file);
// Gives a finished file its name, which nothing may have yet, and syncs the directory.
Result<Unit, std::string> publish_file(const std::string& from, const std::string& to);

// Whether paths still lead to the files that were there at the start.
class FileWatch {
 public:
  Result<Unit, std::string> add(const std::string& file);
  // Empty: all do. Else which was replaced or removed.
  std::string check() const;

 private:
  struct Identity {
    dev_t device;
    ino_t inode;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  struct Seen {
    std::string file;
    Identity identity;
  };
  static std::optional<Identity> identity_of(const std::string& file);

  std::vector<Seen> seen_;
};

}  // namespace grantd::store::sqlite
