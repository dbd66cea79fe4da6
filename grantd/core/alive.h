// Life by reference (DESIGN §1.2, 7). One function judges it; only through it is anything issued,
// refreshed or shown.
#pragma once

#include <optional>
#include <string>

#include "grantd/core/changes.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/sealed/payloads.h"

namespace grantd::core {

// Why what these references hang on is dead, for the operator; nothing where it lives. Compares
// only what was judged with what is: never a clock, but for the session's own end.
std::optional<std::string> why_dead(const References& refs, const Found& found,
                                    const Moment& moment, const Policy& policy);
// The same of a token that is asked about, by its grant's row (Found::of_token), revoked and ended
// grants among the dead.
std::optional<std::string> why_token_dead(const Found& found, const Moment& moment,
                                          const Policy& policy);

// The same of one session. `user`: its own, or null where that row is gone.
std::optional<std::string> why_session_dead(const Session& session, const User* user,
                                            const Epoch& epoch, const Moment& moment,
                                            const Policy& policy);

// The browser's session, where it lives and the cookie proves it; else null.
const Session* live_session(const std::optional<SessionCookie>& cookie, const Found& found,
                            const Moment& moment, const Policy& policy);

// RFC 9700 §4.14.2: an offline grant that nobody used for long refreshes no more. One that hangs on
// a session ends with it.
bool is_idle(const Grant& grant, const Moment& moment, const Policy& policy);

References references_of(const Grant& grant);

// The session's change where its last use is to be written: once a tenth of the idle limit.
std::optional<TouchSession> touch(const Session& session, const Moment& moment,
                                  const Policy& policy);

}  // namespace grantd::core
