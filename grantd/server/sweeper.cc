#include "grantd/server/sweeper.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "grantd/base/log.h"
#include "grantd/base/loop.h"
#include "grantd/server/key_plan.h"
#include "grantd/server/sweep_pace.h"

namespace grantd::server {
namespace {

// A start has better things to do.
constexpr std::chrono::milliseconds kFirstPause{500};
// A bite ends where it has taken long, in the store; this many rows are never too few for that.
constexpr int kRowsABite = 8'192;

Result<store::Swept, store::StoreError> sweep(store::Store& store, const store::Bite& bite) {
  BlockingLoop loop;
  bool done = false;
  Result<store::Swept, store::StoreError> out = store::Swept();
  store.sweep(bite, [&](Result<store::Swept, store::StoreError> swept) {
    out = std::move(swept);
    done = true;
  });
  loop.run_until(done);
  return out;
}

}  // namespace

store::IdleLimits idle_limits(const core::Policy& policy) {
  // What a use may leave unwritten of itself (token/refresh_grant): the row's last_used is that
  // much older than the last token.
  const Duration unwritten = std::max(policy.offline_idle / 10, policy.refresh_retry_window);
  return {.session = policy.session_idle,
          .offline_grant = std::max(policy.offline_idle, unwritten + kTokenLifeMost)};
}

Sweeper::Sweeper(store::Store& store, store::IdleLimits idle, std::function<Time()> now)
    : store_(store),
      idle_(idle),
      now_(std::move(now)),
      thread_([this](std::stop_token stop) { run(stop); }) {}

Sweeper::~Sweeper() = default;

void Sweeper::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  SweepPace pace;
  auto pause = kFirstPause;
  while (true) {
    {
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop, pause, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const auto swept = sweep(store_, {.now = now_(), .idle = idle_, .rows_max = kRowsABite});
    if (!swept) {
      log::warning("sweep_failed", {{"reason", swept.error().message}});
      pause = pace.after_failure();
      continue;
    }
    pause = pace.after(*swept);
    if (swept->removed == 0) continue;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(swept->took);
    log::debug("swept", {{"rows", std::int64_t{swept->removed}},
                         {"looked_at", std::int64_t{swept->looked_at}},
                         {"microseconds", std::int64_t{took.count()}}});
  }
}

}  // namespace grantd::server
