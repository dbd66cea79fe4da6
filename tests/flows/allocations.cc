#include "tests/flows/allocations.h"

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// As sanitizer/allocator_interface.h has it, a header that g++ lacks.
extern "C" int __sanitizer_install_malloc_and_free_hooks(
    void (*on_malloc)(const volatile void*, std::size_t),
    void (*on_free)(const volatile void*));

namespace {

thread_local std::uint64_t count = 0;

const int installed = __sanitizer_install_malloc_and_free_hooks(
    [](const volatile void*, std::size_t) { ++count; }, [](const volatile void*) {});

}  // namespace

std::optional<std::uint64_t> grantd::flows::allocations() {
  if (installed == 0) return std::nullopt;
  return count;
}

#else

std::optional<std::uint64_t> grantd::flows::allocations() { return std::nullopt; }

#endif
