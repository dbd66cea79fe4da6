// `id_token_hint` (OpenID Connect Core §3.1.2.1): an ID token of ours, sent back to say whom the
// request means.
#pragma once

#include <string>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/core/records.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

// The hint's `sub`, as `client` knows the person. Signed by any published key, retired ones too;
// issued here, and for this client. How old it is does not matter. The error is for the operator.
Result<std::string, std::string> read_id_token_hint(std::string_view hint, const ClientId& client,
                                                    const Keyring& keys);

}  // namespace grantd::core
