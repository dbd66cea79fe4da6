#include "grantd/server/sweeper.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "grantd/base/log.h"
#include "grantd/base/loop.h"

namespace grantd::server {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kRowsABite = 200;
constexpr std::chrono::milliseconds kPauseLeast{500};
constexpr std::chrono::milliseconds kPauseMost{60'000};

}  // namespace

Sweeper::Sweeper(store::Store& store, std::function<Time()> now)
    : store_(store), now_(std::move(now)), thread_([this](std::stop_token stop) { run(stop); }) {}

Sweeper::~Sweeper() = default;

void Sweeper::run(const std::stop_token& stop) {
  BlockingLoop loop;
  std::mutex mutex;
  std::condition_variable_any wake;
  auto pause = kPauseLeast;
  while (!stop.stop_requested()) {
    {
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop, pause, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const Clock::time_point begun = Clock::now();
    bool done = false;
    int gone = 0;
    store_.sweep(now_(), kRowsABite, [&](Result<int, store::StoreError> swept) {
      if (swept) gone = *swept;
      if (!swept) log::warning("sweep_failed", {{"reason", swept.error().message}});
      done = true;
    });
    loop.run_until(done);
    // A bite is followed by a pause a hundred times as long.
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
    pause = std::clamp(took * 100, kPauseLeast, kPauseMost);
    if (gone > 0) log::debug("swept", {{"rows", std::int64_t{gone}}});
  }
}

}  // namespace grantd::server
