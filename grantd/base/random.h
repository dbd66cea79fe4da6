// Randomness from the operating system. Only edges may ask; rules draw from their Moment.
#pragma once

#include <span>

#include "grantd/base/bytes.h"

namespace grantd {

// Fills from the CSPRNG; ends the process where there is none (never a weaker source).
void fill_random(std::span<std::uint8_t> out);

template <std::size_t N>
ByteArray<N> random_bytes() {
  ByteArray<N> out;
  fill_random(out);
  return out;
}

}  // namespace grantd
