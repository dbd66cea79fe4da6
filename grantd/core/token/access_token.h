// An access token that somebody shows: userinfo, introspection and revocation look at it here, and
// nowhere else.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "grantd/core/endpoint.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/sealed/keyring.h"
#include "grantd/core/sealed/payloads.h"
#include "grantd/core/token/client_state.h"

namespace grantd::core {

// What a token of ours says, a JWT or an opaque one. That it is ours is proved; whether it lives is
// asked of why_dead.
struct PresentedToken {
  TokenId id;
  ClientId client;                          // whom it was issued to
  std::optional<GrantId> grant;             // what it hangs on …
  std::optional<ClientState> client_state;  // … or this, where it is the client's own
  std::string subject;                      // `sub`
  ScopeSet scope;
  Audience audience;
  Time issued{};
  Time expires{};
  std::optional<Time> auth_time;  // of a JWT with a person behind it
  std::optional<Epoch> epoch;     // of an opaque one
};
// The reason is the operator's: every such token is as good as none.
struct NotOurs {
  std::string reason;
};
using ReadAccessToken = std::variant<PresentedToken, NotOurs, UnknownKey>;

ReadAccessToken read_access_token(std::string_view text, const Keyring& keys);

// A token of either kind, told by its prefix. Nothing: sealed or signed by a key that is not in the
// ring (UnknownKey).
using AnyToken = std::variant<NotOurs, PresentedToken, RefreshPayload>;
std::optional<AnyToken> read_any_token(std::string_view text, const Keyring& keys);

// The rows that judge it: Found::of_token, Found::token_revoked.
void add_wants(const PresentedToken& token, Wanted& wanted);

// Why it is worth nothing, for the operator; nothing where it lives (DESIGN §1.2, 7): it expired,
// was revoked alone, is from before a restore, or what it hangs on is dead.
std::optional<std::string> why_dead(const PresentedToken& token, const Found& found,
                                    const Moment& moment, const Policy& policy,
                                    const Keyring& keys);

// What a live one is still good for: token ∩ consent ∩ client.
ScopeSet effective_scope(const PresentedToken& token, const Found& found);

}  // namespace grantd::core
