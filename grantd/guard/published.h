// Values that many threads read and few replace: a reader takes no lock, never waits, and writes
// nothing but its own announcement (hazard pointers: M. Michael, IEEE TPDS 15(6), 2004).
#pragma once

#include <atomic>
#include <vector>

namespace grantd::guard {

// What a thread announces to be reading. One record a thread, given back when the thread ends and
// then used by the next; records are never freed, so a writer may walk them at any time.
class Announcement {
 public:
  // This thread's.
  static Announcement& mine();
  // Whether some thread announces it.
  static bool stands_for(const void* node);

  std::atomic<const void*> node{nullptr};

 private:
  friend class AnnouncementOwner;
  static Announcement* take();
  std::atomic<bool> taken_{true};
  Announcement* next_ = nullptr;
};

// Calls `use` with what the slot holds (null: nothing); it stays whole for as long as `use` runs,
// whatever writers do. `use` reads no other slot.
template <class T, class Use>
auto read(const std::atomic<const T*>& slot, Use use) {
  std::atomic<const void*>& announced = Announcement::mine().node;
  struct Withdraw {
    std::atomic<const void*>& announced;
    ~Withdraw() { announced.store(nullptr, std::memory_order_release); }
  } const withdraw{announced};
  const T* seen = slot.load();
  for (;;) {
    // Announced first, then looked again: a writer that takes the node out after this look sees the
    // announcement, since all of these are in one order (memory_order_seq_cst).
    announced.store(seen);
    const T* const again = slot.load();
    if (again == seen) return use(seen);
    seen = again;
  }
}

// What writers took out and readers may still be reading; goes when no reader is left. For one
// writer at a time.
template <class T>
class Retired {
 public:
  Retired() = default;
  Retired(const Retired&) = delete;
  Retired& operator=(const Retired&) = delete;
  ~Retired() {
    for (const T* node : nodes_) delete node;
  }

  // Takes what was in a slot (null: nothing); frees what nobody reads any more. At most as many
  // stay as there are reading threads.
  void add(const T* node) {
    if (node) nodes_.push_back(node);
    std::erase_if(nodes_, [](const T* each) {
      if (Announcement::stands_for(each)) return false;
      delete each;
      return true;
    });
  }

 private:
  std::vector<const T*> nodes_;
};

}  // namespace grantd::guard
