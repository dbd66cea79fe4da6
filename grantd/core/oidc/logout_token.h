// Telling apps that a session ended (OpenID Connect Back-Channel Logout 1.0): what is told, when it
// is tried again, when it is given up. Who sends it is server/logout_notices.
#pragma once

#include <cstdint>
#include <optional>

#include "grantd/core/decision.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

// Back-Channel Logout §2.4 recommends at most two minutes.
inline constexpr Duration kLogoutTokenLifetime = std::chrono::minutes(2);
// From the end of the session on; whom it could not reach by then is told no more.
inline constexpr Duration kNoticeLife = std::chrono::hours(1);

// §2.4. `client` is the notice's own and has the URI.
UnsignedToken make_logout_token(const SessionClient& notice, const Client& client,
                                const Moment& moment, const Policy& policy, const Keyring& keys);

// What is to become of a notice that is due.
enum class NoticeFate {
  tell,
  drop,     // nobody is left who wants to hear
  give_up,  // its hour has passed
};
// `client`: of this name now; null where there is none.
NoticeFate fate_of(const SessionClient& notice, const Client* client, Time now);

// The pause after the `tries`-th try in vain (1: the first): ten seconds, then ever longer, twenty
// minutes at most.
Duration notice_wait(std::uint32_t tries);
// When to try again if the try that begins now is in vain; nothing where it is the last.
std::optional<Time> next_notice(const SessionClient& notice, Time now);

}  // namespace grantd::core
