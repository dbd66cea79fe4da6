// An invariant that holds in every build, release too. It fails only when the program is wrong.
#pragma once

namespace grantd {
[[noreturn]] void check_failed(const char* expression, const char* file, int line);
}  // namespace grantd

#define CHECK(expression)                  \
  (static_cast<bool>(expression) ? void(0) \
                                 : ::grantd::check_failed(#expression, __FILE__, __LINE__))
