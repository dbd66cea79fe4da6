// How often this thread has allocated, whichever way.
#pragma once

#include <cstdint>
#include <optional>

namespace grantd::flows {

// Known in builds with a sanitizer.
std::optional<std::uint64_t> allocations();

}  // namespace grantd::flows
