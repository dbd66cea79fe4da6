// S256 by hand (RFC 7636 §4.2): a verifier of the learner's own, and each line on the way to its
// challenge. web/learn.js does the same as one types.
#pragma once

#include "apps/lesson/page_parts.h"

namespace grantd::lesson {

inline constexpr std::size_t kVerifierMax = 128;
inline constexpr std::string_view kSampleVerifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

Html s256_field(const Sight& sight);

}  // namespace grantd::lesson
