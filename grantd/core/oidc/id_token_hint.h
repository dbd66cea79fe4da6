// An ID token that comes back as a hint about who is meant (OpenID Connect Core §3.1.2.1,
// RP-Initiated Logout §2).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

struct IdTokenHint {
  std::string subject;                // as its client knows the person
  std::vector<std::string> audience;  // never empty

  bool is_for(const ClientId& client) const;
};

// Signed by us and ours; it may have expired long ago, and its key may be retired. The error says
// what was found, for the operator.
Result<IdTokenHint, std::string> read_id_token_hint(std::string_view text, const Keyring& keys);

}  // namespace grantd::core
