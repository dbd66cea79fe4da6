// Memory of those that went last on a thread, for the next: what is made for each request and is
// too large for the allocator's quick lists.
#pragma once

#include <array>
#include <cstddef>
#include <new>

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
    if (count == 1 && spare_.count > 0) return static_cast<T*>(spare_.memory[--spare_.count]);
    return static_cast<T*>(::operator new(count * sizeof(T)));
  }

  void deallocate(T* memory, std::size_t count) noexcept {
    if (count != 1 || spare_.count == spare_.memory.size() || kNothingIsKept) {
      return ::operator delete(memory);
    }
    // Checklist OP-07: short texts lay within it.
    wipe(memory, sizeof(T));
    spare_.memory[spare_.count++] = memory;
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
    std::array<void*, 16> memory;  // as many as wait for one commit
    std::size_t count = 0;
    ~Spare() {
      while (count > 0) ::operator delete(memory[--count]);
    }
  };
  static thread_local inline Spare spare_;
};

}  // namespace grantd::server
