// core: I decide. Pure: (request, facts, moment) → decision. No I/O, no clock, no randomness, no
// logging, no thread.
//
// What lives here: every rule that forbids, allows or computes what is issued; what is sealed; the
// table of features. What does not: where facts lie (store/), how bytes travel (http/), how a page
// looks (server/pages). May include base, jose and oauth; nothing else.
#pragma once

#include <algorithm>
#include <string_view>

#include "grantd/base/hash.h"
#include "grantd/base/time.h"

namespace grantd::core {

// Time and chance, handed in as a value: the same moment decides the same.
struct Moment {
  Time now{};
  Hash256 seed{};  // 32 fresh bytes of the CSPRNG, one seed a request

  // N ≤ 32 bytes for one purpose. The same label draws the same bytes; labels are independent
  // (keyed BLAKE2b under the seed).
  template <std::size_t N>
  ByteArray<N> draw(std::string_view label) const {
    static_assert(N <= 32);
    const Hash256 full = keyed_hash(seed, label);
    ByteArray<N> out;
    std::copy_n(full.begin(), N, out.begin());
    return out;
  }
};

}  // namespace grantd::core
