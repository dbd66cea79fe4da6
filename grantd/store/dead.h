// When a row can yield nothing any more and the walk may take it (DESIGN "Size"). The SQL of
// sqlite/ says the same; the conformance suite holds the two together.
#pragma once

#include "grantd/core/changes.h"

namespace grantd::store {

// Rows stay this long after their end: clocks differ, and whoever comes late deserves the reason.
inline constexpr Duration kKeptAfterEnd = std::chrono::minutes(10);

inline bool is_over(Time end, Time now) {
  return end + kKeptAfterEnd <= now;
}

// A grant's row is also the mark that its code was used: it stays while the code could come again.
inline bool is_dead(const core::Grant& grant, Time now) {
  return is_over(grant.code_expires, now) &&
         (grant.state != core::GrantState::live || is_over(grant.expires, now));
}
inline bool is_dead(const core::Session& session, Time now) {
  return is_over(session.expires, now) || (session.ended && is_over(session.last_seen, now));
}
inline bool is_dead(const core::RevokedToken& token, Time now) {
  return is_over(token.expires, now);
}
// A client that registered itself and was never given a token.
inline bool is_dead(const core::Client& client, Time now) {
  return client.self_registration && !client.self_registration->used &&
         is_over(client.self_registration->unused_until, now);
}
inline bool is_dead(const core::UseOnce& used, Time now) {
  return is_over(used.expires, now);
}

}  // namespace grantd::store
