// The waist of the hourglass: every grant produces an Entitlement, issue() consumes it.
#pragma once

#include <optional>

#include "grantd/core/decision.h"
#include "grantd/core/moment.h"
#include "grantd/core/oidc/id_token.h"
#include "grantd/core/policy.h"
#include "grantd/core/records.h"

namespace grantd::core {

struct Entitlement {
  ClientId client;
  Incarnation incarnation;
  Counter client_counter = 0;
  Epoch epoch;
  std::string subject;  // `sub`: as the client knows the person; without a person the client's id
  ScopeSet scope;
  Audience audience;
  TokenFormat format = TokenFormat::jwt;
  Duration token_lifetime{};
  std::optional<GrantId> grant;        // none with client_credentials
  std::optional<Time> auth_time;       // likewise
  std::optional<Time> not_after;       // the end of what it hangs on
  std::optional<IdTokenFacts> id_token;  // where openid is in the scope
  std::optional<RefreshPayload> refresh_token;
  std::string same_refresh_token;
};

SendTokens issue(Entitlement entitlement, const Moment& moment, const Policy& policy);

}  // namespace grantd::core
