#include "grantd/base/random.h"

#include <openssl/rand.h>

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/secret.h"

namespace grantd {
namespace {

constexpr std::size_t kPoolBytes = 4096;

// RAND_bytes of 4 KiB costs little more than one of 32 bytes, so each thread draws ahead. Bytes are
// wiped as they are handed out: none is ever given twice or left behind.
class Pool {
 public:
  Pool() = default;
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;
  ~Pool() { wipe(bytes_.data(), bytes_.size()); }

  void take(std::span<std::uint8_t> out) {
    if (kPoolBytes - used_ < out.size()) refill();
    const auto from = bytes_.begin() + static_cast<std::ptrdiff_t>(used_);
    std::copy_n(from, out.size(), out.begin());
    wipe(bytes_.data() + used_, out.size());
    used_ += out.size();
  }

 private:
  void refill() {
    CHECK(RAND_bytes(bytes_.data(), static_cast<int>(bytes_.size())) == 1);
    used_ = 0;
  }

  ByteArray<kPoolBytes> bytes_{};
  std::size_t used_ = kPoolBytes;
};

}  // namespace

void fill_random(std::span<std::uint8_t> out) {
  constexpr std::size_t kFromPoolMax = 256;
  if (out.empty()) return;
  if (out.size() <= kFromPoolMax) {
    thread_local Pool pool;
    pool.take(out);
    return;
  }
  CHECK(out.size() <= 1 << 30);
  CHECK(RAND_bytes(out.data(), static_cast<int>(out.size())) == 1);
}

}  // namespace grantd
