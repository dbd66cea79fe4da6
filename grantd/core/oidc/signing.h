// Whether what an app asks for can be signed.
#pragma once

#include "grantd/base/result.h"
#include "grantd/core/policy.h"
#include "grantd/core/refusal.h"

namespace grantd::core {

// `server_error` where no key of this deployment signs by the algorithm: it was taken out of
// keys.algorithms after the app was registered for it. `setting`: the app's that names it,
// "id_token_signed_response_alg". Asked before anything is redeemed or changed.
Result<Unit, Refusal> check_signing(const Client& client, jose::Algorithm algorithm,
                                    std::string_view setting, const Policy& policy);

// The same for the ID token of a scope; without openid there is none.
Result<Unit, Refusal> check_id_token(const Client& client, const ScopeSet& scope,
                                     const Policy& policy);

}  // namespace grantd::core
