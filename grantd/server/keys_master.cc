// The master key's file: one line, `grantd-master-key-1:` and 32 bytes as base64url.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>

#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/server/keys.h"

namespace grantd::server {
namespace {

constexpr std::string_view kHead = "grantd-master-key-1:";
constexpr std::size_t kKeyBytes = 32;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  bool is_open() const { return number_ >= 0; }

 private:
  int number_;
};

auto failed(const std::string& file, const std::string& what) {
  return fail(fmt::format("master key {}: {}", file, what));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

// A new name is durable once its folder is.
bool sync_folder_of(const std::string& file) {
  const auto folder = std::filesystem::absolute(file).parent_path();
  const Descriptor descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return descriptor.is_open() && ::fsync(descriptor.get()) == 0;
}

std::string why_not_opened(int error) {
  if (error == ENOENT) {
    return "no such file. It is made once, by `grantd init`; bring it back from its backup, or "
           "name "
           "it in store.master_key_file";
  }
  if (error == EACCES) {
    return fmt::format(
        "may not be read by this user (uid {}): it must belong to the user that "
        "grantd runs as, mode 0600",
        ::geteuid());
  }
  if (error == ELOOP) return "is a symbolic link: name the file itself";
  return fmt::format("cannot be opened: {}", strerror(error));
}

// Checklist OP-03, OP-06: a plain file of ours or root's that nobody else may read or write.
std::string why_not_trusted(const struct stat& status) {
  if (!S_ISREG(status.st_mode)) return "is not a plain file";
  if (status.st_uid != ::geteuid() && status.st_uid != 0) {
    return fmt::format("belongs to uid {}, expected uid {} (the one that grantd runs as) or root",
                       status.st_uid, ::geteuid());
  }
  if ((status.st_mode & 077) != 0) {
    return fmt::format(
        "others may read or change it (mode {:04o}, expected 0600): run chmod 600, "
        "and consider who has read it",
        status.st_mode & 07777);
  }
  return {};
}

std::optional<Secret> parse_key(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (!text.starts_with(kHead)) return std::nullopt;
  auto bytes = base64url_decode(text.substr(kHead.size()));
  if (!bytes || bytes->size() != kKeyBytes) return std::nullopt;
  Secret out{ByteView(*bytes)};
  wipe(bytes->data(), bytes->size());
  return out;
}

}  // namespace

Result<MasterKey, std::string> create_master_key(const std::string& file) {
  const Descriptor descriptor(
      ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!descriptor.is_open()) {
    if (errno == EEXIST) {
      return failed(file,
                    "exists already and is left as it is: what it wraps could not be opened "
                    "with another");
    }
    return failed(file, fmt::format("cannot be made: {}", strerror(errno)));
  }
  auto bytes = random_bytes<kKeyBytes>();
  MasterKey master{Secret(ByteView(bytes))};
  wipe(bytes.data(), bytes.size());
  std::string text = std::string(kHead) + base64url_encode(master.bytes.reveal()) + "\n";
  const bool whole = ::fchmod(descriptor.get(), 0600) == 0 && write_all(descriptor.get(), text) &&
                     ::fsync(descriptor.get()) == 0 && sync_folder_of(file);
  wipe(text.data(), text.size());
  if (whole) return master;
  const std::string why = strerror(errno);
  ::unlink(file.c_str());
  return failed(file, fmt::format("cannot be written: {}", why));
}

Result<MasterKey, std::string> read_master_key(const std::string& file) {
  const Descriptor descriptor(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
  if (!descriptor.is_open()) return failed(file, why_not_opened(errno));
  struct stat status{};
  if (::fstat(descriptor.get(), &status) != 0) return failed(file, strerror(errno));
  if (const std::string why = why_not_trusted(status); !why.empty()) return failed(file, why);

  std::array<char, 256> text{};
  ssize_t count = -1;
  do {
    count = ::read(descriptor.get(), text.data(), text.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return failed(file, fmt::format("cannot be read: {}", strerror(errno)));
  auto key = parse_key(std::string_view(text.data(), static_cast<std::size_t>(count)));
  wipe(text.data(), text.size());
  if (key) return MasterKey{std::move(*key)};
  return failed(file, fmt::format("is not one: expected one line of {} characters that begins "
                                  "with \"{}\", found {} bytes that are none. Bring it back from "
                                  "its backup",
                                  kHead.size() + 43, kHead, status.st_size));
}

}  // namespace grantd::server
