// The writing side: one thread, one queue, group commit.
#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "grantd/base/loop.h"
#include "grantd/core/changes.h"
#include "grantd/store/sqlite/database.h"
#include "grantd/store/sqlite/mirror.h"
#include "grantd/store/sqlite/place.h"
#include "grantd/store/sqlite/sqlite_store.h"
#include "grantd/store/sqlite/sweeping.h"

namespace grantd::store::sqlite {

// Whether the store may be used. Once broken it stays so until it is opened anew.
class Health {
 public:
  void set_broken(const std::string& why);
  bool is_broken() const { return broken_.load(std::memory_order_acquire); }
  std::string why() const;

 private:
  std::atomic<bool> broken_{false};
  mutable std::mutex mutex_;
  std::string why_;
};

// Calls `done` on `loop`, or here where there is none.
template <class T>
void complete(Loop* loop, Completion<T> done, Result<T, StoreError> result) {
  if (!loop) return done(std::move(result));
  loop->post(
      [done = std::move(done), result = std::move(result)]() mutable { done(std::move(result)); });
}

class Writing {
 public:
  // `watch`: the files that must stay the ones they are. `mirror`: who reads what is kept of the
  // file (it outlives this), or null.
  Writing(std::unique_ptr<Database> database, Mirror* mirror, FileWatch watch, int queue_max,
          std::shared_ptr<Health> health);
  ~Writing() { close(); }

  void commit(core::Changes changes, Time now, Completion<Committed> done);
  void sweep(const Bite& bite, Completion<Swept> done);
  void close();  // works off the queue, then ends the thread
  Counters counters() const;

 private:
  struct Request {
    core::Changes changes;
    Time now{};
    Completion<Committed> done;
    Loop* loop = nullptr;
    Result<Committed, StoreError> answer = Done{};
  };
  struct SweepRequest {
    Bite bite;
    Completion<Swept> done;
    Loop* loop = nullptr;
  };
  using Batch = std::vector<Request>;

  void run();
  void work_off(Batch batch);
  static void complete_batch(Batch batch);
  void do_sweep(SweepRequest request);
  // The outcome of a batch as a whole: an error answers every request of it.
  Result<Unit, StoreError> write(Batch& batch);
  SqlResult<bool> apply_request(Request& request);
  SqlResult<bool> apply_changes(Request& request);
  Result<Unit, StoreError> commit_transaction(Transaction transaction, Mirror::Write& mirrored);
  void checkpoint_when_long();
  StoreError broken(const SqlError& error);

  std::unique_ptr<Database> database_;
  Mirror* const mirror_;
  const FileWatch watch_;
  const std::size_t queue_max_;
  const std::shared_ptr<Health> health_;
  Sweeping sweeping_;
  int log_frames_ = 0;  // in the write-ahead log after the last commit

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Request> queue_;
  std::deque<SweepRequest> sweeps_;
  bool closing_ = false;

  std::atomic<std::uint64_t> requests_{0}, transactions_{0}, statements_{0}, batch_max_{0};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace grantd::store::sqlite
