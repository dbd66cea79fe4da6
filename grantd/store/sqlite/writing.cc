#include "grantd/store/sqlite/writing.h"

#include <pthread.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "grantd/store/lost_row.h"
#include "grantd/store/sqlite/apply.h"
#include "grantd/store/sqlite/statements.h"

namespace grantd::store::sqlite {
namespace {

// Requests in one transaction: bounds how long the first of them waits for the others' rows.
constexpr std::size_t kBatchMax = 512;
constexpr std::size_t kWakeAt = 32;
// The log is folded into the file when it has grown to about 4 MB.
constexpr int kLogFramesMax = 1000;
// An idle writer looks this often whether its files are still there.
constexpr std::chrono::seconds kIdleCheck{1};

const StoreError kQueueFull{StoreError::Kind::unavailable, "too many commits are waiting"};
const StoreError kClosed{StoreError::Kind::unavailable, "the store is closed"};

}  // namespace

void Health::set_broken(const std::string& why) {
  const std::lock_guard lock(mutex_);
  if (why_.empty()) why_ = why;
  broken_.store(true, std::memory_order_release);
}

std::string Health::why() const {
  const std::lock_guard lock(mutex_);
  return why_;
}

Writing::Writing(std::unique_ptr<Database> database, Mirror* mirror, FileWatch watch,
                 int queue_max, std::shared_ptr<Health> health)
    : database_(std::move(database)),
      mirror_(mirror),
      watch_(std::move(watch)),
      queue_max_(static_cast<std::size_t>(std::max(queue_max, 1))),
      health_(std::move(health)) {
  sqlite3_wal_hook(
      database_->handle(),
      [](void* self, sqlite3*, const char*, int frames) {
        static_cast<Writing*>(self)->log_frames_ = frames;
        return SQLITE_OK;
      },
      this);
  thread_ = std::thread([this] { run(); });
}

void Writing::commit(core::Changes changes, Time now, Completion<Committed> done) {
  Request request{std::move(changes), now, std::move(done), Loop::current()};
  std::unique_lock lock(mutex_);
  if (closing_ || queue_.size() >= queue_max_) {
    const StoreError error = closing_ ? kClosed : kQueueFull;
    lock.unlock();
    return request.done(fail(error));
  }
  queue_.push_back(std::move(request));
  const bool many = queue_.size() % kWakeAt == 0;
  lock.unlock();
  // Requests that came together are committed together: the writer is woken once they have all been
  // judged, or enough of them.
  Loop* loop = Loop::current();
  if (many || !loop) return ready_.notify_one();
  loop->at_round_end([this] { ready_.notify_one(); });
}

void Writing::sweep(const Bite& bite, Completion<Swept> done) {
  SweepRequest request{bite, std::move(done), Loop::current()};
  std::unique_lock lock(mutex_);
  if (closing_ || sweeps_.size() >= queue_max_) {
    const StoreError error = closing_ ? kClosed : kQueueFull;
    lock.unlock();
    return request.done(fail(error));
  }
  sweeps_.push_back(std::move(request));
  lock.unlock();
  ready_.notify_one();
}

void Writing::close() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  ready_.notify_one();
  if (thread_.joinable()) thread_.join();
}

Counters Writing::counters() const {
  return {requests_.load(), transactions_.load(), statements_.load(), batch_max_.load()};
}

void Writing::run() {
  pthread_setname_np(pthread_self(), "writer");
  std::unique_lock lock(mutex_);
  for (;;) {
    const bool woken = ready_.wait_for(
        lock, kIdleCheck, [this] { return closing_ || !queue_.empty() || !sweeps_.empty(); });
    if (!queue_.empty()) {
      // What is there, never waiting for more.
      const auto end =
          queue_.begin() + static_cast<std::ptrdiff_t>(std::min(queue_.size(), kBatchMax));
      Batch batch(std::make_move_iterator(queue_.begin()), std::make_move_iterator(end));
      queue_.erase(queue_.begin(), end);
      lock.unlock();
      work_off(std::move(batch));
      lock.lock();
    }
    if (!sweeps_.empty()) {
      SweepRequest request = std::move(sweeps_.front());
      sweeps_.pop_front();
      lock.unlock();
      do_sweep(std::move(request));
      lock.lock();
    }
    if (closing_ && queue_.empty() && sweeps_.empty()) return;
    if (!woken) {
      lock.unlock();
      if (const std::string moved = watch_.check(); !moved.empty()) health_->set_broken(moved);
      lock.lock();
    }
  }
}

void Writing::work_off(Batch batch) {
  const auto written = write(batch);
  statements_ = database_->statements_run();
  requests_ += batch.size();
  batch_max_ = std::max<std::uint64_t>(batch_max_, batch.size());
  if (!written) {
    for (Request& request : batch) request.answer = fail(written.error());
  }
  complete_batch(std::move(batch));
  checkpoint_when_long();
}

// One wake-up a loop, however many of its commits went along.
void Writing::complete_batch(Batch batch) {
  std::vector<std::pair<Loop*, Batch>> by_loop;
  for (Request& request : batch) {
    auto own = std::ranges::find(by_loop, request.loop, &std::pair<Loop*, Batch>::first);
    if (own == by_loop.end()) own = by_loop.insert(own, {request.loop, Batch()});
    own->second.push_back(std::move(request));
  }
  const auto answer_all = [](Batch& own) {
    for (Request& request : own) request.done(std::move(request.answer));
  };
  for (auto& [loop, requests] : by_loop) {
    if (loop) {
      loop->post([own = std::move(requests), answer_all]() mutable { answer_all(own); });
    } else {
      answer_all(requests);
    }
  }
}

Result<Unit, StoreError> Writing::write(Batch& batch) {
  if (health_->is_broken()) return fail(StoreError{StoreError::Kind::broken, health_->why()});
  auto transaction = Transaction::begin(*database_, kBeginWrite);
  if (!transaction) return fail(broken(transaction.error()));
  Mirror::Write mirrored(mirror_);
  bool wrote = false;
  Time latest{};
  for (Request& request : batch) {
    auto applied = apply_request(request);
    if (!applied) return fail(broken(applied.error()));
    if (!*applied) continue;
    wrote = true;
    latest = std::max(latest, request.now);
  }
  // A loss is told only once the row that stood in the way is durable: it may be of this batch.
  if (!wrote) return Unit{};
  if (auto raised = database_->execute(kRaiseLatest, to_sql(latest)); !raised) {
    return fail(broken(raised.error()));
  }
  TRY(commit_transaction(*std::move(transaction), mirrored));
  std::vector<const core::Change*> changes;
  for (const Request& request : batch) {
    if (!std::holds_alternative<Done>(*request.answer)) continue;
    for (const core::Change& change : request.changes) changes.push_back(&change);
  }
  mirrored.committed(latest, changes);
  return Unit{};
}

// Whether anything was written. A list of changes that loses is taken back to where it began.
SqlResult<bool> Writing::apply_request(Request& request) {
  if (request.changes.size() <= 1) return apply_changes(request);
  TRY(database_->execute(kSavepoint));
  const bool wrote = TRY(apply_changes(request));
  const bool lost = std::holds_alternative<Lost>(*request.answer);
  if (lost) TRY(database_->execute(kRollbackTo));
  TRY(database_->execute(kRelease));
  return wrote && !lost;
}

SqlResult<bool> Writing::apply_changes(Request& request) {
  bool wrote = false;
  for (std::size_t i = 0; i < request.changes.size(); ++i) {
    switch (TRY(apply(*database_, request.changes[i], request.now))) {
      case Applied::written:
        wrote = true;
        break;
      case Applied::unchanged:
        break;
      case Applied::lost:
        request.answer = Lost{i, lost_row(request.changes[i])};
        return wrote;
    }
  }
  return wrote;
}

Result<Unit, StoreError> Writing::commit_transaction(Transaction transaction,
                                                     Mirror::Write& mirrored) {
  if (auto committed = transaction.commit(); !committed) {
    mirrored.failed();
    const SqlError& error = committed.error();
    // These happen before the commit mark is written, and SQLite has rolled back.
    if (error.is(SQLITE_BUSY) || error.is(SQLITE_FULL)) return fail(error.to_store_error());
    health_->set_broken("a commit failed, its outcome is unknown: " + error.message);
    return fail(StoreError{StoreError::Kind::outcome_unknown, health_->why()});
  }
  ++transactions_;
  // Written, but perhaps into a file that nobody will open again.
  if (const std::string moved = watch_.check(); !moved.empty()) {
    health_->set_broken(moved);
    return fail(StoreError{StoreError::Kind::outcome_unknown, moved});
  }
  return Unit{};
}

StoreError Writing::broken(const SqlError& error) {
  StoreError store_error = error.to_store_error();
  if (store_error.kind == StoreError::Kind::broken) health_->set_broken(store_error.message);
  return store_error;
}

// Between commits, so that nobody's commit waits for it. A full disk or a long reader only puts it
// off; a failed write means that the file cannot be trusted to take what the log holds.
void Writing::checkpoint_when_long() {
  if (log_frames_ < kLogFramesMax || health_->is_broken()) return;
  int left = 0;
  const int code = sqlite3_wal_checkpoint_v2(database_->handle(), nullptr,
                                             SQLITE_CHECKPOINT_PASSIVE, &left, nullptr);
  const SqlError error{code, "the checkpoint failed"};
  if (code != SQLITE_OK) (void)broken(error);
  log_frames_ = 0;
}

void Writing::do_sweep(SweepRequest request) {
  Result<Swept, StoreError> answer = Swept();
  if (health_->is_broken()) {
    answer = fail(StoreError{StoreError::Kind::broken, health_->why()});
  } else if (auto swept = sweeping_.run(*database_, mirror_, request.bite); swept) {
    answer = *swept;
  } else {
    answer = fail(broken(swept.error()));
  }
  statements_ = database_->statements_run();
  complete(request.loop, std::move(request.done), std::move(answer));
  checkpoint_when_long();
}

}  // namespace grantd::store::sqlite
