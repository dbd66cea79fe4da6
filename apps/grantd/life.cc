#include "apps/grantd/life.h"

#include "grantd/core/alive.h"

namespace grantd::app {
namespace {

// What of the rules the life of a session hangs on.
core::Policy policy_of(const server::Config& config) {
  core::Policy policy;
  policy.session_idle = config.session_idle;
  policy.offline_idle = config.offline_idle;
  return policy;
}

}  // namespace

Outcome<std::string> why_dead(OpenStore& store, const core::Session& session) {
  if (session.ended) return std::string("it was ended");
  core::Wanted wanted;
  wanted.session = session.id;
  const core::Found found = TRY(store.gather(wanted));
  const core::SessionCookie cookie{session.id, session.secret_hash};
  const bool alive =
      core::live_session(cookie, found, {.now = store.now()}, policy_of(store.config())) != nullptr;
  return alive ? std::string()
               : std::string("its time is over, or its person was signed out or disabled");
}

Outcome<std::string> why_dead(OpenStore& store, const core::Grant& grant) {
  if (grant.state == core::GrantState::refused) return std::string("the code was refused");
  if (grant.state == core::GrantState::revoked) {
    return grant.ended_because.empty() ? "revoked" : grant.ended_because;
  }
  const Time now = store.now();
  if (now >= grant.expires) return std::string("it reached its end");
  const core::Policy policy = policy_of(store.config());
  if (core::is_idle(grant, {.now = now}, policy)) return std::string("it was idle too long");
  core::Wanted wanted;
  wanted.client = grant.client;
  wanted.subject = grant.subject;
  wanted.session = grant.session;
  wanted.consent = true;
  const core::Found found = TRY(store.gather(wanted));
  return core::why_dead(core::references_of(grant), found, {.now = now}, policy).value_or("");
}

Outcome<std::string> login_of(OpenStore& store, const core::SubjectId& subject) {
  core::Wanted wanted;
  wanted.subject = subject;
  const core::Found found = TRY(store.gather(wanted));
  return found.user ? found.user->login : std::string();
}

}  // namespace grantd::app
