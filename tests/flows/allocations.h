// How often this thread has allocated by new.
#pragma once

#include <cstdint>

namespace grantd::flows {

std::uint64_t allocations();

}  // namespace grantd::flows
