#include "grantd/core/sealed/wire.h"

#include <cstring>

namespace grantd::core {

std::uint64_t WireReader::number() {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 64; shift += 7) {
    std::uint8_t byte = 0;
    take(&byte, 1);
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::string_view WireReader::text_view() {
  const std::uint64_t size = number();
  if (!ok_ || size > in_.size()) {
    ok_ = false;
    return {};
  }
  const std::string_view out = as_text(in_.first(static_cast<std::size_t>(size)));
  in_ = in_.subspan(static_cast<std::size_t>(size));
  return out;
}

void WireReader::take(std::uint8_t* out, std::size_t size) {
  if (!ok_ || size > in_.size()) {
    ok_ = false;
    std::memset(out, 0, size);
    return;
  }
  std::memcpy(out, in_.data(), size);
  in_ = in_.subspan(size);
}

}  // namespace grantd::core
