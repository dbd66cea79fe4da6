#include "grantd/server/key_plan.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/core/decision.h"
#include "grantd/core/policy.h"

namespace grantd::server {
namespace {

using core::Key;
using core::KeyState;
using core::KeyUse;

// A request that looked at the keys just before they changed still signs or seals with the old one.
constexpr Duration kRequestLag = std::chrono::minutes(1);

// The keys of one use and algorithm, and what is due with them.
class Line {
 public:
  Line(const std::vector<Key>& keys, const MasterKey& master, const KeyPlan& plan, KeyUse use,
       std::string_view algorithm, Time now)
      : all_(keys), master_(master), plan_(plan), use_(use), algorithm_(algorithm), now_(now) {
    for (const Key& key : keys) {
      if (key.use == use && key.algorithm == algorithm) keys_.push_back(key);
    }
    // The one that has been in its state for the shortest time first.
    std::ranges::sort(keys_, [](const Key& a, const Key& b) {
      return std::pair(b.state_since, b.id) < std::pair(a.state_since, a.id);
    });
  }

  void make_missing(KeyWork& work) const {
    if (find(KeyState::current)) return;
    if (const Key* const next = find(KeyState::next)) return take_over(*next, work);
    make(KeyState::current, work);
  }

  void keep(KeyWork& work) const {
    const Key* const current = find(KeyState::current);
    const Key* const next = find(KeyState::next);
    const bool over = current && current->state_since + plan_.period_of(use_) <= now_;
    const bool rotates = over && next && ripe_at(*next, all_, plan_) <= now_;
    for (const Key& key : keys_) {
      // One is current; where a store has two, the newer.
      if (key.state == KeyState::current && (rotates || &key != current)) retire(key, work);
    }
    if (rotates || (!current && next)) take_over(*next, work);
    if (!current && !next) make(KeyState::current, work);
    if (rotates || !current || !next) make(KeyState::next, work);
    remove_outlived(work);
  }

  // The algorithm was taken out of the configuration: nothing new is signed with it.
  void run_out(KeyWork& work) const {
    for (const Key& key : keys_) {
      if (key.state == KeyState::current) retire(key, work);
      if (key.state == KeyState::next) remove(key, work);
    }
    remove_outlived(work);
  }

 private:
  const Key* find(KeyState state) const {
    const auto key = std::ranges::find(keys_, state, &Key::state);
    return key == keys_.end() ? nullptr : &*key;
  }

  void note(std::string_view event, Key key, KeyWork& work) const {
    key.wrapped.clear();
    work.events.push_back({event, std::move(key)});
  }
  void make(KeyState state, KeyWork& work) const {
    Key key = new_key(master_, use_, algorithm_, state, now_);
    note("key_made", key, work);
    work.changes.push_back(core::PutKey{std::move(key), 0});
  }
  void become(Key key, KeyState state, std::string_view event, KeyWork& work) const {
    key.state = state;
    key.state_since = now_;
    note(event, key, work);
    const core::Version seen = key.version;
    work.changes.push_back(core::PutKey{std::move(key), seen});
  }
  void take_over(const Key& key, KeyWork& work) const {
    become(key, KeyState::current, "key_took_over", work);
  }
  void retire(const Key& key, KeyWork& work) const {
    become(key, KeyState::retired, "key_retired", work);
  }
  void remove(const Key& key, KeyWork& work) const {
    note("key_removed", key, work);
    work.changes.push_back(core::DeleteKey{key.id});
  }
  void remove_outlived(KeyWork& work) const {
    for (const Key& key : keys_) {
      const bool outlived = key.state_since + plan_.life_of(use_) <= now_;
      if (key.state == KeyState::retired && outlived) remove(key, work);
    }
  }

  const std::vector<Key>& all_;
  const MasterKey& master_;
  const KeyPlan& plan_;
  KeyUse use_;
  std::string_view algorithm_;
  Time now_;
  std::vector<Key> keys_;
};

}  // namespace

std::vector<jose::Algorithm> algorithms_of(const Config& config) {
  std::vector<jose::Algorithm> out;
  for (const std::string& name : config.algorithms) {
    const auto algorithm = jose::algorithm_named(name);
    CHECK(algorithm);  // the configuration's own check
    out.push_back(*algorithm);
  }
  return out;
}

KeyPlan key_plan(const Config& config) {
  const core::Policy fixed;
  KeyPlan plan;
  plan.algorithms = algorithms_of(config);
  plan.period = config.signing_key;
  plan.front_life = std::max({config.code, config.form, fixed.freshness_lifetime,
                              fixed.device_lifetime, kTokenLifeMost});
  plan.refresh_life = std::max(config.session_absolute, config.offline_absolute);
  plan.skew = config.clock_skew;
  return plan;
}

Duration KeyPlan::life_of(KeyUse use) const {
  const Duration after = skew + kRequestLag;
  switch (use) {
    case KeyUse::sign: return kTokenLifeMost + after;
    case KeyUse::seal_front: return front_life + after;
    case KeyUse::seal_refresh: return refresh_life + after;
    case KeyUse::remember:
    case KeyUse::pairwise: break;
  }
  return Duration::zero();
}

Duration KeyPlan::period_of(KeyUse use) const { return std::max(period, life_of(use) / 8); }

Time ripe_at(const Key& next, const std::vector<Key>& keys, const KeyPlan& plan) {
  const bool later = std::ranges::any_of(keys, [&](const Key& key) {
    return key.use == next.use && key.created < next.created;
  });
  if (!later) return next.created;
  // As long again for what keeps a set past its max-age.
  const Duration cached = core::SendDocument().max_age;
  return next.created + 2 * cached + plan.skew;
}

KeyWork due_work(const std::vector<Key>& keys, const MasterKey& master, const KeyPlan& plan,
                 Due due, Time now) {
  KeyWork work;
  std::vector<std::string_view> signing;
  for (const jose::Algorithm algorithm : plan.algorithms) {
    signing.push_back(jose::name_of(algorithm));
    const Line line(keys, master, plan, KeyUse::sign, signing.back(), now);
    due == Due::all ? line.keep(work) : line.make_missing(work);
  }
  if (due == Due::all) {
    for (const KeyUse use : {KeyUse::seal_front, KeyUse::seal_refresh}) {
      Line(keys, master, plan, use, kSealAlgorithm, now).keep(work);
    }
    for (const Key& key : keys) {
      if (key.use != KeyUse::sign || std::ranges::count(signing, key.algorithm) > 0) continue;
      signing.push_back(key.algorithm);  // once
      Line(keys, master, plan, KeyUse::sign, key.algorithm, now).run_out(work);
    }
  }
  if (work.changes.empty()) return work;
  if (auto held = hold_keys(keys)) work.changes.insert(work.changes.begin(), std::move(*held));
  return work;
}

}  // namespace grantd::server
