// Memory that the program gives back is overwritten: a password, a secret or a token that went
// through a string stays nowhere once the string is gone (checklist OP-07). In this binary alone:
// who embeds the rooms keeps an allocator of their own. Types that hold secrets (base/secret.h)
// wipe themselves, whoever links them.
#include <malloc.h>
#include <string.h>

#include <cstdlib>
#include <new>

// The sanitizers have an allocator of their own, which checks that new and delete are a pair.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

namespace {

void wipe_and_free(void* memory, std::size_t size) noexcept {
  if (!memory) return;
  ::explicit_bzero(memory, size);
  std::free(memory);
}
void wipe_and_free(void* memory) noexcept {
  wipe_and_free(memory, memory ? ::malloc_usable_size(memory) : 0);
}

}  // namespace

// The other forms (of arrays) come down to these.
void operator delete(void* memory) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { wipe_and_free(memory); }
// What was asked for is all that was written to.
void operator delete(void* memory, std::size_t size) noexcept { wipe_and_free(memory, size); }
void operator delete(void* memory, std::size_t size, std::align_val_t) noexcept {
  wipe_and_free(memory, size);
}

#endif
