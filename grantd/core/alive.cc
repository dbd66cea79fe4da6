#include "grantd/core/alive.h"

namespace grantd::core {
namespace {

std::optional<std::string> why_session_dead(const Session& session, const Found& found,
                                            const Moment& moment, const Policy& policy) {
  if (session.ended) return "the session was ended";
  if (session.epoch != found.epoch) return "the session is from before a restore";
  if (moment.now >= session.expires) return "the session reached its absolute end";
  if (moment.now >= session.last_seen + policy.session_idle) return "the session was idle too long";
  const User* user = found.user_of(session);
  if (!user) return "the session's user is gone";
  if (user->disabled) return "the session's user is disabled";
  if (user->counter != session.user_counter) {
    return "the user's sessions were ended: signed out everywhere, a new password, or disabled";
  }
  return {};
}

}  // namespace

std::optional<std::string> why_dead(const References& refs, const Found& found,
                                    const Moment& moment, const Policy& policy) {
  if (!found.client) return "the client is gone";
  if (found.client->id != refs.client) return "another client";
  if (found.client->disabled) return "the client is disabled";
  if (found.client->incarnation != refs.incarnation) {
    return "the client was deleted and its name used again";
  }
  if (found.client->counter != refs.client_counter) {
    return "all of the client's tokens were revoked";
  }

  if (!found.user || found.user->id != refs.subject) return "the user is gone";
  if (found.user->disabled) return "the user is disabled";
  if (found.user->counter != refs.user_counter) {
    return "the user was signed out everywhere, got a new password, or was disabled since";
  }
  if (!found.consent) return "the consent was withdrawn";
  if (found.consent->id != refs.consent) return "the consent was withdrawn and given anew";
  if (found.consent->incarnation != refs.incarnation) return "the consent is for another client";

  if (refs.session) {
    if (!found.session || found.session->id != *refs.session) return "the session is gone";
    if (found.session->subject != refs.subject) return "the session is another user's";
    return why_session_dead(*found.session, found, moment, policy);
  }
  return {};
}

const Session* live_session(const std::optional<SessionCookie>& cookie, const Found& found,
                            const Moment& moment, const Policy& policy) {
  if (!cookie || !found.session || found.session->id != cookie->id) return nullptr;
  if (!equal_in_constant_time(ByteView(found.session->secret_hash),
                              ByteView(cookie->secret_hash))) {
    return nullptr;
  }
  if (why_session_dead(*found.session, found, moment, policy)) return nullptr;
  return &*found.session;
}

References references_of(const Grant& grant) {
  References refs;
  refs.client = grant.client;
  refs.incarnation = grant.incarnation;
  refs.client_counter = grant.client_counter;
  refs.subject = grant.subject;
  refs.user_counter = grant.user_counter;
  refs.session = grant.session;
  refs.consent = grant.consent;
  return refs;
}

std::optional<TouchSession> touch(const Session& session, const Moment& moment,
                                  const Policy& policy) {
  if (moment.now < session.last_seen + policy.session_idle / 10) return {};
  return TouchSession{session.id, moment.now};
}

}  // namespace grantd::core
