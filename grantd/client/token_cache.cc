#include "grantd/client/token_cache.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "grantd/base/encoding.h"
#include "grantd/base/random.h"
#include "grantd/client/lock_file.h"

namespace grantd::client {
namespace {

constexpr off_t kBytesMax = 1024 * 1024;

class MemoryCache final : public TokenCache {
 public:
  Result<std::optional<Secret>, std::string> load() override {
    const std::lock_guard lock(mutex_);
    return text_;
  }
  Result<Unit, std::string> save(const Secret& text) override {
    const std::lock_guard lock(mutex_);
    text_ = text;
    return Unit{};
  }
  Result<Unit, std::string> forget() override {
    const std::lock_guard lock(mutex_);
    text_.reset();
    return Unit{};
  }
  Result<std::unique_ptr<Lock>, std::string> lock(std::chrono::milliseconds wait) override {
    auto held = std::make_unique<Held>(std::unique_lock(turn_, wait));
    if (!held->lock) return fail(std::string("another thread took too long"));
    return std::unique_ptr<Lock>(std::move(held));
  }
  std::string place() const override { return "memory"; }

 private:
  struct Held final : Lock {
    explicit Held(std::unique_lock<std::timed_mutex> taken) : lock(std::move(taken)) {}
    std::unique_lock<std::timed_mutex> lock;
  };
  std::mutex mutex_;
  std::timed_mutex turn_;
  std::optional<Secret> text_;
};

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return number_; }
  bool close() { return ::close(std::exchange(number_, -1)) == 0; }

 private:
  int number_;
};

class FileCache final : public TokenCache {
 public:
  explicit FileCache(std::string file) : file_(std::move(file)) {}

  Result<std::optional<Secret>, std::string> load() override {
    const Descriptor file(::open(file_.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (file.get() < 0 && errno == ENOENT) return std::nullopt;
    if (file.get() < 0) return wrong(std::strerror(errno));
    struct stat found {};
    if (::fstat(file.get(), &found) != 0) return wrong(std::strerror(errno));
    // CL-08, CWE-522: what others could read or have written is no place for a secret.
    if (!S_ISREG(found.st_mode)) return wrong("expected a file");
    if (found.st_uid != ::geteuid()) return wrong("it belongs to another user");
    if ((found.st_mode & 077) != 0) {
      return wrong("others can read it: withdraw the login at the server, then delete the file");
    }
    if (found.st_size > kBytesMax) return wrong("it is larger than 1 MiB");
    Bytes bytes(static_cast<std::size_t>(found.st_size));
    std::size_t have = 0;
    while (have < bytes.size()) {
      const auto got = ::read(file.get(), bytes.data() + have, bytes.size() - have);
      if (got < 0 && errno == EINTR) continue;
      if (got <= 0) return wrong("it cannot be read");
      have += static_cast<std::size_t>(got);
    }
    Secret text{ByteView(bytes)};
    wipe(bytes.data(), bytes.size());
    return text;
  }

  Result<Unit, std::string> save(const Secret& text) override {
    TRY(make_private_folder(file_));
    const std::string fresh = file_ + "." + hex_encode(random_bytes<8>());
    Descriptor out(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    const auto bytes = text.reveal();
    std::size_t written = 0;
    bool good = out.get() >= 0 && ::fchmod(out.get(), 0600) == 0;
    while (good && written < bytes.size()) {
      const auto put = ::write(out.get(), bytes.data() + written, bytes.size() - written);
      if (put < 0 && errno == EINTR) continue;
      good = put > 0;
      if (good) written += static_cast<std::size_t>(put);
    }
    good = good && ::fsync(out.get()) == 0 && out.close() &&
           ::rename(fresh.c_str(), file_.c_str()) == 0;
    if (good) return Unit{};
    const std::string why = std::strerror(errno);
    ::unlink(fresh.c_str());
    return fail(file_ + ": it cannot be written: " + why);
  }

  Result<Unit, std::string> forget() override {
    if (::unlink(file_.c_str()) == 0 || errno == ENOENT) return Unit{};
    return fail(file_ + ": " + std::strerror(errno));
  }

  Result<std::unique_ptr<Lock>, std::string> lock(std::chrono::milliseconds wait) override {
    return lock_file(file_ + ".lock", wait);
  }

  std::string place() const override { return file_; }

 private:
  std::unexpected<std::string> wrong(std::string_view why) const {
    return fail(file_ + ": " + std::string(why));
  }
  const std::string file_;
};

}  // namespace

std::shared_ptr<TokenCache> memory_cache() { return std::make_shared<MemoryCache>(); }

std::shared_ptr<TokenCache> file_cache(std::string file) {
  return std::make_shared<FileCache>(std::move(file));
}

}  // namespace grantd::client
