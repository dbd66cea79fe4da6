// From one thread to another (ADR 11).
#include <unistd.h>

#include <utility>

#include "grantd/http/connection.h"

namespace grantd::http {

// The loop that it was to move to may have ended first.
Connection::~Connection() {
  if (between_ >= 0) ::close(between_);
}

void Connection::settle() {
  way_back_ = std::make_shared<const WayBack>(worker_->shared_from_this(), weak_from_this());
  place_ = worker_->enter(shared_from_this(), phase_);
  deadline_ = worker_->deadline(phase_);
}

// Whether it moves is asked once a tick: else those that ask most would all go.
void Connection::note_served() {
  if (served_in_ == worker_->tick_number()) return;
  served_in_ = worker_->tick_number();
  if (!worker_->count_active() || std::exchange(leaves_, true)) return;
  worker_->loop().at_round_end([self = shared_from_this()] { self->move_if_wanted(); });
}

// At the end of a round nothing of it is on the stack. Its next request may have come first. The
// last of it that runs here: leaves_ lets no second one be queued.
void Connection::move_if_wanted() {
  leaves_ = false;
  if (closed_ || phase_ != Phase::idle || resuming_ || waits_to_write_ || !in_.empty()) return;
  if (stream_.holds_more()) return;
  if (Worker* const to = worker_->take_move()) move_to(*to);
}

void Connection::move_to(Worker& to, Arrival arrival) {
  const auto self = shared_from_this();
  way_back_.reset();
  between_ = watch_->release();
  watch_.reset();
  waits_to_read_ = false;
  worker_->send_off(place_, phase_);
  // From here on it is the other thread's.
  to.loop().post([self, &to, arrival] { self->arrive(to, arrival); });
}

void Connection::arrive(Worker& at, Arrival arrival) {
  worker_ = &at;
  served_in_ = 0;
  watch_.emplace(at.loop(), between_);
  between_ = -1;
  settle();
  at.welcome(arrival == Arrival::makes_room);
  if (closed_) return;
  if (at.stopping() && phase_ == Phase::idle) return stop();
  wait(Interest::read);
}

}  // namespace grantd::http
