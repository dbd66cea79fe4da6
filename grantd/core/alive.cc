#include "grantd/core/alive.h"

namespace grantd::core {
namespace {

// The rows that references name, as they are now; null where they are gone.
struct Referents {
  const Client* client = nullptr;
  const User* user = nullptr;
  const Session* session = nullptr;
  const User* session_user = nullptr;
  const Consent* consent = nullptr;
  Epoch epoch;
};

std::optional<std::string> judge(const References& refs, const Referents& found,
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
    return why_session_dead(*found.session, found.session_user, found.epoch, moment, policy);
  }
  // OpenID Connect Core §11: a person may take back what was allowed for use while away.
  if (!found.consent->scope.has(oauth::kOfflineAccess)) {
    return "use without a session is no longer allowed by the person";
  }
  return {};
}

}  // namespace

std::optional<std::string> why_session_dead(const Session& session, const User* user,
                                            const Epoch& epoch, const Moment& moment,
                                            const Policy& policy) {
  if (session.ended) return "the session was ended";
  if (session.epoch != epoch) return "the session is from before a restore";
  if (moment.now >= session.expires) return "the session reached its absolute end";
  if (moment.now >= session.last_seen + policy.session_idle) return "the session was idle too long";
  if (!user) return "the session's user is gone";
  if (user->disabled) return "the session's user is disabled";
  if (user->counter != session.user_counter) {
    return "the user's sessions were ended: signed out everywhere, a new password, or disabled";
  }
  return {};
}

std::optional<std::string> why_dead(const References& refs, const Found& found,
                                    const Moment& moment, const Policy& policy) {
  Referents rows;
  rows.client = found.client.get();
  rows.user = found.user.get();
  rows.session = found.session.get();
  rows.session_user = rows.session ? found.user_of(*rows.session) : nullptr;
  rows.consent = found.consent.get();
  rows.epoch = found.epoch;
  return judge(refs, rows, moment, policy);
}

std::optional<std::string> why_token_dead(const Found& found, const Moment& moment,
                                          const Policy& policy) {
  const Found::OfToken& of = found.of_token;
  if (!of.grant) return "the grant's row is gone";
  if (of.grant->state != GrantState::live) {
    return "the grant is revoked: " + of.grant->ended_because;
  }
  if (moment.now >= of.grant->expires) return "the grant reached its absolute end";
  Referents rows;
  rows.client = of.client.get();
  rows.user = rows.session_user = of.user.get();
  rows.session = of.session.get();
  rows.consent = of.consent.get();
  rows.epoch = found.epoch;
  return judge(references_of(*of.grant), rows, moment, policy);
}

const Session* live_session(const std::optional<SessionCookie>& cookie, const Found& found,
                            const Moment& moment, const Policy& policy) {
  if (!cookie || !found.session || found.session->id != cookie->id) return nullptr;
  if (!equal_in_constant_time(ByteView(found.session->secret_hash),
                              ByteView(cookie->secret_hash))) {
    return nullptr;
  }
  const User* user = found.user_of(*found.session);
  if (why_session_dead(*found.session, user, found.epoch, moment, policy)) return nullptr;
  return &*found.session;
}

bool is_idle(const Grant& grant, const Moment& moment, const Policy& policy) {
  return !grant.session && moment.now >= grant.last_used + policy.offline_idle;
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
