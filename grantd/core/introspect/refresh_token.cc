#include "grantd/core/introspect/refresh_token.h"

#include "grantd/core/alive.h"
#include "grantd/core/resource_indicators.h"

namespace grantd::core {

std::optional<std::string> why_dead(const RefreshPayload& token, const Found& found,
                                    const Moment& moment, const Policy& policy) {
  if (token.epoch != found.epoch) return "the token is from before a restore";
  if (moment.now >= token.expires) return "the refresh token reached its absolute end";
  if (std::optional<std::string> dead = why_token_dead(found, moment, policy)) return dead;
  const Found::OfToken& of = found.of_token;
  const Grant& grant = *of.grant;
  if (grant.client != token.client) return "the grant is another client's";
  if (token.generation != grant.generation) {
    return "generation " + std::to_string(token.generation) + ", the present one is " +
           std::to_string(grant.generation);
  }
  if (!policy.refresh_tokens || !of.client->may(GrantType::refresh_token)) {
    return "the client may not refresh";
  }
  if (is_idle(grant, moment, policy)) return "the grant was idle too long";
  const ScopeSet scope = effective_scope(of);
  if (resources_of(scope, *found.resources, policy).empty()) {
    return "nothing is left of the granted scope, or its API is gone";
  }
  if (!grant.session && !scope.has(oauth::kOfflineAccess)) {
    return "offline_access was taken from the client";
  }
  return {};
}

ScopeSet effective_scope(const Found::OfToken& of) {
  return of.grant->scope.intersection(of.consent->scope).intersection(of.client->scope);
}

}  // namespace grantd::core
