// The plug of a grant: what does this proof entitle to?
#pragma once

#include <memory>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/core/client_auth/authenticate.h"
#include "grantd/core/endpoint.h"
#include "grantd/core/issue.h"
#include "grantd/oauth/form.h"

namespace grantd::core {

// What a grant gave: the entitlement, and what must be remembered before it is minted.
struct Granted {
  Entitlement entitlement;
  Changes changes;
  std::string event;
  Reason reason;  // where something is worth telling (an honest retry)
};

class GrantCase {
 public:
  virtual ~GrantCase() = default;
  virtual void add_wants(Wanted& wanted) const = 0;
  virtual Result<Granted, Refusal> decide(const AuthenticatedClient& client, const Found& found,
                                          const Moment& moment, const Policy& policy) const = 0;
};

using ReadGrant = std::variant<std::unique_ptr<GrantCase>, Refusal, UnknownKey>;

struct GrantRow {
  GrantType type;  // its name is the wire's grant_type
  ReadGrant (*read)(oauth::Form form, const Keyring& keys);
};

// The requested part of a scope: `allowed` where the request names none (RFC 6749 §3.3, §6);
// invalid_scope where it asks for more.
Result<ScopeSet, Refusal> narrowed(const oauth::Form& form, const ScopeSet& allowed);

}  // namespace grantd::core
