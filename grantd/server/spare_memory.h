// Memory of the one that went last on a thread, for the next: what is made for each request and is
// too large for the allocator's quick lists.
#pragma once

#include <cstddef>
#include <new>
#include <utility>

#include "grantd/base/secret.h"

namespace grantd::server {

// An allocator (std::allocate_shared). What goes may go on another thread than it came.
template <class T>
class SpareMemory {
 public:
  using value_type = T;
  SpareMemory() = default;
  template <class U>
  SpareMemory(const SpareMemory<U>&) {}

  T* allocate(std::size_t count) {
    if (count == 1 && spare_.memory) return static_cast<T*>(std::exchange(spare_.memory, nullptr));
    return static_cast<T*>(::operator new(count * sizeof(T)));
  }

  void deallocate(T* memory, std::size_t count) noexcept {
    if (count != 1 || spare_.memory || kNothingIsKept) return ::operator delete(memory);
    // Checklist OP-07: short texts lay within it.
    wipe(memory, sizeof(T));
    spare_.memory = memory;
  }

  friend bool operator==(const SpareMemory&, const SpareMemory&) { return true; }

 private:
// A use after the end is to be seen.
#if defined(__SANITIZE_ADDRESS__)
  static constexpr bool kNothingIsKept = true;
#else
  static constexpr bool kNothingIsKept = false;
#endif
  struct Spare {
    void* memory = nullptr;
    ~Spare() { ::operator delete(std::exchange(memory, nullptr)); }
  };
  static thread_local inline Spare spare_;
};

}  // namespace grantd::server
