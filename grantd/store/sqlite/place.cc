#include "grantd/store/sqlite/place.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <utility>

namespace grantd::store::sqlite {
namespace {

std::string because(const std::string& what) {
  return what + ": " + std::strerror(errno);
}

std::string octal(mode_t mode) {
  const unsigned bits = mode & 0777;
  std::string text = "0";
  for (const unsigned shift : {6U, 3U, 0U}) {
    text += static_cast<char>('0' + ((bits >> shift) & 7U));
  }
  return text;
}

Result<std::string, std::string> check_directory(const std::string& directory, bool create) {
  if (create && mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) {
    return fail(because("cannot make the directory " + directory));
  }
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(directory.c_str(), nullptr),
                                                             &std::free);
  if (!resolved) return fail(because(directory));
  struct stat status{};
  if (stat(resolved.get(), &status) != 0) return fail(because(directory));
  if (!S_ISDIR(status.st_mode)) return fail(directory + ": not a directory");
  if ((status.st_mode & 022) != 0) {
    return fail(directory + ": others may write in it (mode " + octal(status.st_mode) +
                "); run: chmod 700 " + directory);
  }
  return std::string(resolved.get());
}

Result<Unit, std::string> sync_directory_of(const std::string& file) {
  const std::string directory = file.substr(0, file.rfind('/') + 1);
  const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return fail(because(directory));
  const bool synced = fsync(descriptor) == 0;
  close(descriptor);
  if (!synced) return fail(because("cannot sync " + directory));
  return Unit{};
}

std::string read_holder(int descriptor) {
  char text[32] = {};
  const ssize_t size = pread(descriptor, text, sizeof text - 1, 0);
  const std::string holder(text, size > 0 ? static_cast<std::size_t>(size) : 0);
  return holder.substr(0, holder.find('\n'));
}

}  // namespace

Result<Place, std::string> check_place(const std::string& file, bool create) {
  const std::size_t slash = file.rfind('/');
  const std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
  if (name.empty()) return fail("the store's file has no name: \"" + file + "\"");
  std::string directory = slash == std::string::npos ? "." : file.substr(0, slash);
  if (directory.empty()) directory = "/";
  Place place{TRY(check_directory(directory, create)) + "/" + name, false};

  // Looked at, never opened: closing a descriptor of it would drop the locks that SQLite holds.
  struct stat status{};
  if (lstat(place.file.c_str(), &status) != 0) {
    if (errno == ENOENT) return place;
    return fail(because(file));
  }
  if (S_ISLNK(status.st_mode)) {
    return fail(file + ": is a symbolic link; name the file itself");
  }
  if (!S_ISREG(status.st_mode)) return fail(file + ": not a regular file");
  if ((status.st_mode & 077) != 0) {
    return fail(file + ": others may read or write it (mode " + octal(status.st_mode) +
                ", expected 0600); run: chmod 600 " + file);
  }
  place.exists = true;
  return place;
}

Result<FileLock, std::string> FileLock::take(const std::string& file) {
  const std::string name = file + ".lock";
  const int descriptor = open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(because("cannot open " + name));
  FileLock lock(descriptor);
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return fail(because("cannot lock " + name));
    const std::string holder = read_holder(descriptor);
    return fail("process " + (holder.empty() ? "(unknown)" : holder) + " holds it");
  }
  const std::string holder = std::to_string(getpid()) + "\n";
  if (ftruncate(descriptor, 0) != 0 ||
      pwrite(descriptor, holder.data(), holder.size(), 0) != static_cast<ssize_t>(holder.size())) {
    return fail(because("cannot write " + name));
  }
  return lock;
}

FileLock::FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}

FileLock& FileLock::operator=(FileLock&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) close(descriptor_);
}

Result<Unit, std::string> make_private_file(const std::string& file) {
  if (unlink(file.c_str()) != 0 && errno != ENOENT) return fail(because("cannot remove " + file));
  const int descriptor =
      open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return fail(because("cannot make " + file));
  close(descriptor);
  return Unit{};
}

Result<Unit, std::string> publish_file(const std::string& from, const std::string& to) {
  // A link, not a rename: it never takes the place of a file that is there.
  if (link(from.c_str(), to.c_str()) != 0) return fail(because("cannot make " + to));
  if (unlink(from.c_str()) != 0) return fail(because("cannot remove " + from));
  return sync_directory_of(to);
}

// Not stat(): where a file's times were asked for, Linux gives the next write times of its own, and
// the sync after it writes them too (multigrain timestamps, since 6.13).
std::optional<FileWatch::Identity> FileWatch::identity_of(const std::string& file) {
  struct statx status{};
  if (statx(AT_FDCWD, file.c_str(), 0, STATX_INO, &status) != 0) return std::nullopt;
  return Identity{makedev(status.stx_dev_major, status.stx_dev_minor), status.stx_ino};
}

Result<Unit, std::string> FileWatch::add(const std::string& file) {
  const auto identity = identity_of(file);
  if (!identity) {
    return fail(because("statx(2) must tell which file " + file + " is; let the server call it"));
  }
  seen_.push_back({file, *identity});
  return Unit{};
}

std::string FileWatch::check() const {
  for (const Seen& seen : seen_) {
    const auto identity = identity_of(seen.file);
    if (!identity) return because(seen.file + " is gone");
    if (*identity != seen.identity) return seen.file + " was replaced while it was open";
  }
  return "";
}

}  // namespace grantd::store::sqlite
