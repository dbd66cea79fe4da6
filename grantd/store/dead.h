// When a row can yield nothing any more and the walk may take it (DESIGN "Size"). The SQL of
// sqlite/ says the same; the conformance suite holds the two together.
#pragma once

#include <algorithm>

#include "grantd/core/changes.h"
#include "grantd/store/store.h"

namespace grantd::store {

// Rows stay this long after their end: clocks differ, and whoever comes late deserves the reason.
inline constexpr Duration kKeptAfterEnd = std::chrono::minutes(10);

inline bool is_over(Time end, Time now) {
  return end + kKeptAfterEnd <= now;
}

// A grant's row is also the mark that its code was used: it stays while the code could come again.
// `session_gone`: it hangs on a session whose row went.
inline bool is_dead(const core::Grant& grant, bool session_gone, const Bite& bite) {
  if (!is_over(grant.code_expires, bite.now)) return false;
  if (grant.state != core::GrantState::live || session_gone) return true;
  Time end = grant.expires;
  if (!grant.session) end = std::min(end, grant.last_used + bite.idle.offline_grant);
  return is_over(end, bite.now);
}
inline bool is_dead(const core::Session& session, const Bite& bite) {
  return is_over(std::min(session.expires, session.last_seen + bite.idle.session), bite.now) ||
         (session.ended && is_over(session.last_seen, bite.now));
}
inline bool is_dead(const core::RevokedToken& token, const Bite& bite) {
  return is_over(token.expires, bite.now);
}
// A client that registered itself and was never given a token.
inline bool is_dead(const core::Client& client, const Bite& bite) {
  return client.self_registration && !client.self_registration->used &&
         is_over(client.self_registration->unused_until, bite.now);
}
inline bool is_dead(const core::UseOnce& used, const Bite& bite) {
  return is_over(used.expires, bite.now);
}

}  // namespace grantd::store
