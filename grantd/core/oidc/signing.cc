#include "grantd/core/oidc/signing.h"

#include <algorithm>

namespace grantd::core {

Result<Unit, Refusal> check_signing(const Client& client, jose::Algorithm algorithm,
                                    std::string_view setting, const Policy& policy) {
  if (std::ranges::count(policy.algorithms, algorithm) > 0) return Unit{};
  std::string offered;
  for (const jose::Algorithm each : policy.algorithms) {
    offered += (offered.empty() ? "" : ", ") + std::string(jose::name_of(each));
  }
  const std::string name(jose::name_of(algorithm));
  return fail(refuse(oauth::ErrorCode::server_error,
                     "this server does not sign by the algorithm that the app is registered for",
                     "OpenID Connect Registration §2")
                  .in("oidc/signing")
                  .because("client " + client.id.str() + " has " + std::string(setting) + " " +
                           name + ", which is not in keys.algorithms")
                  .expected("one of " + offered, name)
                  .repair("add " + name + " to keys.algorithms, or change " +
                          std::string(setting) + " of client " + client.id.str()));
}

Result<Unit, Refusal> check_id_token(const Client& client, const ScopeSet& scope,
                                     const Policy& policy) {
  // OpenID Connect Core §3.1.2.1: without openid it is no OpenID request.
  if (!scope.has(oauth::kOpenid)) return Unit{};
  return check_signing(client, client.id_token_algorithm, "id_token_signed_response_alg", policy);
}

}  // namespace grantd::core
