#include "grantd/server/key_keeper.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "grantd/base/log.h"
#include "grantd/base/loop.h"
#include "grantd/server/read_keys.h"

namespace grantd::server {
namespace {

// The first look is not at once: a start has better things to do.
constexpr std::chrono::milliseconds kFirstPause{1'000};
constexpr std::chrono::milliseconds kPause{60'000};
constexpr int kTries = 3;

Result<std::vector<core::Key>, std::string> all_keys(store::Store& store) {
  BlockingLoop loop;
  bool done = false;
  Result<std::vector<core::Key>, std::string> out = std::vector<core::Key>();
  read_keys(store, [&](Result<std::vector<core::Key>, std::string> read) {
    out = std::move(read);
    done = true;
  });
  loop.run_until(done);
  if (!out) return fail("the keys cannot be read from the store: " + out.error());
  return out;
}

// The row that stood in the way, where another was faster.
Result<std::optional<std::string>, std::string> commit(store::Store& store, core::Changes changes,
                                                       Time now) {
  BlockingLoop loop;
  bool done = false;
  Result<std::optional<std::string>, std::string> out = std::optional<std::string>();
  store.commit(std::move(changes), now, [&](Result<store::Committed, store::StoreError> committed) {
    if (!committed) {
      out = fail("new keys cannot be written to the store: " + committed.error().message);
    } else if (const auto* lost = std::get_if<store::Lost>(&*committed)) {
      out = lost->row;
    }
    done = true;
  });
  loop.run_until(done);
  return out;
}

void tell(const KeyEvent& told) {
  log::info(told.event, {{"kid", told.key.id},
                         {"use", core::to_text(told.key.use)},
                         {"algorithm", told.key.algorithm},
                         {"state", core::to_text(told.key.state)}});
}

}  // namespace

Result<bool, std::string> keep_keys(store::Store& store, const MasterKey& master,
                                    const KeyPlan& plan, Due due, Time now) {
  std::string lost_to;
  for (int i = 0; i < kTries; ++i) {
    const std::vector<core::Key> keys = TRY(all_keys(store));
    // Time never runs backwards.
    const Time moment = std::max(now, store.meta().latest);
    KeyWork work = due_work(keys, master, plan, due, moment);
    if (work.changes.empty()) return false;
    const std::optional<std::string> lost = TRY(commit(store, std::move(work.changes), moment));
    if (!lost) {
      std::ranges::for_each(work.events, tell);
      return true;
    }
    lost_to = *lost;
  }
  return fail("others change the keys at the same time: " + lost_to);
}

KeyKeeper::KeyKeeper(store::Store& store, MasterKey master, KeyPlan plan,
                     std::function<Time()> now)
    : store_(store),
      master_(std::move(master)),
      plan_(std::move(plan)),
      now_(std::move(now)),
      thread_([this](std::stop_token stop) { run(stop); }) {}

KeyKeeper::~KeyKeeper() = default;

void KeyKeeper::run(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any wake;
  auto pause = kFirstPause;
  while (true) {
    {
      std::unique_lock lock(mutex);
      wake.wait_for(lock, stop, pause, [] { return false; });
    }
    if (stop.stop_requested()) return;
    const auto kept = keep_keys(store_, master_, plan_, Due::all, now_());
    if (!kept) log::error("keys_not_kept", {{"reason", kept.error()}});
    pause = kPause;
  }
}

}  // namespace grantd::server
