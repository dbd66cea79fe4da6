#include "grantd/client/lock_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <thread>

namespace grantd::client {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kAgain{10};  // flock(2) waits without end, or not at all

class Held final : public TokenCache::Lock {
 public:
  explicit Held(int descriptor) : descriptor_(descriptor) {}
  ~Held() override { ::close(descriptor_); }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

Result<Unit, std::string> make_private_folder(const std::string& file) {
  fs::path at;
  for (const auto& part : fs::path(file).parent_path()) {
    at /= part;
    if (::mkdir(at.c_str(), 0700) == 0 || errno == EEXIST || fs::is_directory(at)) continue;
    return fail(at.string() + ": the folder cannot be made: " + std::strerror(errno));
  }
  return Unit{};
}

Result<std::unique_ptr<TokenCache::Lock>, std::string> lock_file(const std::string& file,
                                                                 std::chrono::milliseconds wait) {
  TRY(make_private_folder(file));
  const int descriptor =
      ::open(file.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0) return fail(file + ": " + std::strerror(errno));
  auto held = std::make_unique<Held>(descriptor);
  const auto end = Clock::now() + wait;
  while (::flock(held->get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK && errno != EINTR) return fail(file + ": " + std::strerror(errno));
    if (Clock::now() >= end) return fail(file + ": another program holds it too long");
    std::this_thread::sleep_for(kAgain);
  }
  return std::unique_ptr<TokenCache::Lock>(std::move(held));
}

}  // namespace grantd::client
