#include "grantd/http/io_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "grantd/base/check.h"

namespace grantd::http {
namespace {

constexpr std::size_t kEventsPerRound = 256;

std::size_t index(Interest interest) { return interest == Interest::read ? 0 : 1; }

}  // namespace

// An eventfd. It outlives the loop where somebody is just about to ring it.
struct IoLoop::Bell {
  Bell() : descriptor(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { CHECK(descriptor >= 0); }
  ~Bell() { ::close(descriptor); }
  Bell(const Bell&) = delete;
  Bell& operator=(const Bell&) = delete;
  void ring() const {
    const std::uint64_t one = 1;
    // Full, it would block; then there are edges enough.
    (void)!::write(descriptor, &one, sizeof one);
  }
  const int descriptor;
};

// What epoll knows of a Watch. It outlives the Watch until the round of events is over.
struct IoLoop::Watched {
  std::array<std::shared_ptr<Ready>, 2> waiting;  // by interest
  std::array<bool, 2> came{};                     // since it was last waited for
  std::array<bool, 2> ended{};                    // hung up, or in error: ready for good
  bool queued = false;                            // in ready_
  bool forgotten = false;
};

IoLoop::IoLoop()
    : epoll_(epoll_create1(EPOLL_CLOEXEC)), bell_(std::make_shared<const Bell>()) {
  CHECK(epoll_ >= 0);
  epoll_event event{EPOLLIN | EPOLLET, {.ptr = nullptr}};  // never read: each write is an edge
  CHECK(epoll_ctl(epoll_, EPOLL_CTL_ADD, bell_->descriptor, &event) == 0);
}

IoLoop::~IoLoop() {
  close();
  ::close(epoll_);
}

void IoLoop::run() {
  Loop* previous = set_current(this);
  while (take_posted()) {
    run_posted();
    deliver();
    run_timers();
    end_round();
    wait_for_events();
  }
  set_current(previous);
}

void IoLoop::stop() {
  stopped_ = true;
  bell_->ring();
}

void IoLoop::close() {
  std::vector<Task> posted;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    posted.swap(posted_);
  }
  // Destroyed without the lock: a task that dies may post.
  posted.clear();
  tasks_.clear();
  last_tasks_.clear();
  timers_.clear();
  ready_.clear();
  bury();
}

void IoLoop::post(Task task) {
  std::unique_lock lock(mutex_);
  if (closed_) {
    lock.unlock();  // the task dies without the lock
    return;
  }
  posted_.push_back(std::move(task));
  if (!std::exchange(sleeping_, false)) return;
  // Without the lock, which is the first that the woken thread takes.
  const std::shared_ptr<const Bell> bell = bell_;
  lock.unlock();
  bell->ring();
}

void IoLoop::at_round_end(Task task) { last_tasks_.push_back(std::move(task)); }

void IoLoop::after(std::chrono::milliseconds delay, Task task) {
  timers_.emplace(Clock::now() + delay, std::move(task));
}

bool IoLoop::take_posted() {
  const std::lock_guard lock(mutex_);
  if (stopped_) return false;
  tasks_.swap(posted_);
  return true;
}

void IoLoop::run_posted() {
  for (Task& task : tasks_) {
    if (stopped_) return;  // close() destroys the rest
    task();
    task = nullptr;
  }
  tasks_.clear();
}

void IoLoop::run_timers() {
  if (timers_.empty()) return;
  const Clock::time_point now = Clock::now();
  while (!timers_.empty() && timers_.begin()->first <= now) {
    timers_.extract(timers_.begin()).mapped()();
  }
}

void IoLoop::end_round() {
  while (!last_tasks_.empty()) {
    std::vector<Task> tasks;
    tasks.swap(last_tasks_);
    for (Task& task : tasks) task();
  }
}

// Who waited for what had come already.
void IoLoop::deliver() {
  std::vector<Watched*> now;
  now.swap(ready_);
  for (Watched* watched : now) {
    watched->queued = false;
    for (const Interest interest : {Interest::read, Interest::write}) {
      if (watched->forgotten) break;
      if (!watched->came[index(interest)] && !watched->ended[index(interest)]) continue;
      const std::shared_ptr<Ready> who = std::move(watched->waiting[index(interest)]);
      if (!who) continue;
      watched->came[index(interest)] = false;
      who->on_ready(interest);
    }
  }
  if (ready_.empty()) {  // keeps the memory for the next round
    now.clear();
    ready_.swap(now);
  }
}

int IoLoop::patience() {
  const std::lock_guard lock(mutex_);
  if (stopped_ || !posted_.empty() || !ready_.empty()) return 0;
  sleeping_ = true;
  if (timers_.empty()) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(timers_.begin()->first -
                                                                 Clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, 60'000));
}

int IoLoop::wait(std::span<epoll_event> events) {
  const int most = static_cast<int>(events.size());
  const int patient = patience();
  if (patient == 0) return epoll_wait(epoll_, events.data(), most, 0);
  const Clock::time_point before = Clock::now();
  const int count = epoll_wait(epoll_, events.data(), most, patient);
  slept_ += Clock::now() - before;
  return count;
}

void IoLoop::wait_for_events() {
  std::array<epoll_event, kEventsPerRound> events;
  const int count = wait(events);
  CHECK(count >= 0 || errno == EINTR);
  {
    const std::lock_guard lock(mutex_);
    sleeping_ = false;
  }
  for (int i = 0; i < count; ++i) {
    const epoll_event& event = events[static_cast<std::size_t>(i)];
    auto* watched = static_cast<Watched*>(event.data.ptr);
    if (!watched) continue;
    const bool over = event.events & (EPOLLHUP | EPOLLERR);
    if (over || event.events & EPOLLRDHUP) watched->ended[index(Interest::read)] = true;
    if (over) watched->ended[index(Interest::write)] = true;
    if (event.events & EPOLLIN) watched->came[index(Interest::read)] = true;
    if (event.events & EPOLLOUT) watched->came[index(Interest::write)] = true;
    if (!std::exchange(watched->queued, true)) ready_.push_back(watched);
  }
  deliver();
  bury();
}

// What dies may forget more.
void IoLoop::bury() {
  while (!forgotten_.empty()) {
    std::vector<std::unique_ptr<Watched>> dying;
    dying.swap(forgotten_);
  }
}

void IoLoop::forget(std::unique_ptr<Watched> watched) {
  // Who waited may hold the last of itself: it dies after the caller is done.
  watched->forgotten = true;
  forgotten_.push_back(std::move(watched));
}

Watch::Watch(IoLoop& loop, int descriptor)
    : loop_(loop), descriptor_(descriptor), watched_(std::make_unique<IoLoop::Watched>()) {
  epoll_event event{EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, {.ptr = watched_.get()}};
  CHECK(epoll_ctl(loop_.epoll_, EPOLL_CTL_ADD, descriptor_, &event) == 0);
}

Watch::~Watch() { close(); }

void Watch::wait(Interest interest, std::shared_ptr<Ready> who) {
  if (!watched_) return;
  watched_->waiting[index(interest)] = std::move(who);
  const bool came = watched_->came[index(interest)] || watched_->ended[index(interest)];
  if (came && !std::exchange(watched_->queued, true)) loop_.ready_.push_back(watched_.get());
}

void Watch::wait_in_turn(Interest interest, std::shared_ptr<Ready> who) {
  if (!watched_) return;
  watched_->came[index(interest)] = true;
  wait(interest, std::move(who));
}

void Watch::close() {
  if (!watched_) return;
  // A child that is being started may hold a copy of the descriptor for a moment: epoll would not
  // forget by close() alone.
  unwatch();
  ::close(descriptor_);
}

int Watch::release() {
  CHECK(watched_);
  unwatch();
  return descriptor_;
}

void Watch::unwatch() {
  epoll_ctl(loop_.epoll_, EPOLL_CTL_DEL, descriptor_, nullptr);
  std::erase(loop_.ready_, watched_.get());
  loop_.forget(std::move(watched_));
}

}  // namespace grantd::http
