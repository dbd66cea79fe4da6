// When keys change: next → current → retired → gone. Pure; the keeper (key_keeper.h) and the
// command line ask here.
#pragma once

#include <string>
#include <vector>

#include "grantd/base/time.h"
#include "grantd/server/config.h"
#include "grantd/server/keys.h"

namespace grantd::server {

std::vector<jose::Algorithm> algorithms_of(const Config& config);

// The most that lifetimes.access_token and an API's own lifetime allow. What a setting was when a
// token was signed need not be known: its key stays for this long.
inline constexpr Duration kTokenLifeMost = std::chrono::hours(24);

struct KeyPlan {
  std::vector<jose::Algorithm> algorithms;
  Duration period{};        // how long a key is current
  Duration front_life{};    // of what is sealed for the browser, and of opaque access tokens
  Duration refresh_life{};  // of refresh tokens
  Duration skew{};

  // How long a retired key stays: as long as the longest-lived thing that it made may live.
  Duration life_of(core::KeyUse use) const;
  // How long a key is current. Never shorter than an eighth of its life, so that the set stays
  // small.
  Duration period_of(core::KeyUse use) const;
};
KeyPlan key_plan(const Config& config);

// From when a next key may take over: then nobody holds a set without it, which may be cached for
// the max-age of /jwks. At once, where it was made with the first keys of its use.
Time ripe_at(const core::Key& next, const std::vector<core::Key>& keys, const KeyPlan& plan);

// One thing that is done to a key, for the log.
struct KeyEvent {
  std::string_view event;  // "key_made", "key_took_over", "key_retired", "key_removed"
  core::Key key;           // without its bytes
};
struct KeyWork {
  core::Changes changes;  // empty: nothing is due
  std::vector<KeyEvent> events;
};
enum class Due {
  missing,  // only a current key for each algorithm that has none
  all,
};
// What is due at `now`. Makes keys, so on a thread that may wait.
KeyWork due_work(const std::vector<core::Key>& keys, const MasterKey& master, const KeyPlan& plan,
                 Due due, Time now);

}  // namespace grantd::server
