#include "grantd/guard/published.h"

namespace grantd::guard {
namespace {

std::atomic<Announcement*>& all() {
  static std::atomic<Announcement*> first{nullptr};
  return first;
}

}  // namespace

// Gives the record back when the thread ends.
class AnnouncementOwner {
 public:
  AnnouncementOwner() : own_(Announcement::take()) {}
  ~AnnouncementOwner() { own_->taken_.store(false); }
  AnnouncementOwner(const AnnouncementOwner&) = delete;
  AnnouncementOwner& operator=(const AnnouncementOwner&) = delete;
  Announcement& own() { return *own_; }

 private:
  Announcement* own_;
};

Announcement* Announcement::take() {
  for (Announcement* each = all().load(); each; each = each->next_) {
    bool free = false;
    if (each->taken_.compare_exchange_strong(free, true)) return each;
  }
  auto* made = new Announcement;
  made->next_ = all().load();
  while (!all().compare_exchange_weak(made->next_, made)) continue;
  return made;
}

Announcement& Announcement::mine() {
  thread_local AnnouncementOwner owner;
  return owner.own();
}

bool Announcement::stands_for(const void* node) {
  for (Announcement* each = all().load(); each; each = each->next_) {
    if (each->node.load() == node) return true;
  }
  return false;
}

}  // namespace grantd::guard
