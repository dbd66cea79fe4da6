// private_key_jwt: a client that proves itself by a signature (OpenID Connect Core §9, RFC 7523
// §2.2, §3).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "grantd/core/changes.h"
#include "grantd/core/client_auth/client_keys.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"

namespace grantd::core {

inline constexpr std::string_view kAssertionType =
    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";  // RFC 7523 §2.2

// The client that an assertion says it is of, and its one-time mark; not yet believed.
struct AssertionClaim {
  std::string client_id;  // its sub
  Hash256 once{};         // of client and jti
};
// Nothing where it is no JWT with sub and jti.
std::optional<AssertionClaim> read_assertion(std::string_view text);

// Believed: the change that marks it used, to be committed before anything that it opens. Else why
// not; or what must be found out first. `endpoint`: the path that was asked, "/token".
std::variant<UseOnce, NotTheirs, Ask> check_assertion(std::string_view text, const Client& client,
                                                      std::string_view endpoint,
                                                      const Found& found, const Moment& moment,
                                                      const Policy& policy);

}  // namespace grantd::core
