#include "grantd/core/token/entitle.h"

#include "grantd/core/oidc/claims.h"
#include "grantd/core/oidc/subject.h"

namespace grantd::core {

Entitlement entitle(const Grant& grant, const ScopeSet& scope, const Target& target,
                    const Found& found, const Keyring& keys) {
  const Client& client = *found.client;
  const Resource& resource = *target.resource;
  Entitlement entitlement;
  entitlement.client = client.id;
  entitlement.incarnation = grant.incarnation;
  entitlement.client_counter = grant.client_counter;
  entitlement.epoch = found.epoch;
  entitlement.subject = subject_for(client, grant.subject, keys);
  entitlement.scope = target.scope;
  entitlement.audience = resource.audience;
  entitlement.format = client.token_format.value_or(resource.token_format);
  entitlement.token_lifetime = resource.token_lifetime;
  entitlement.grant = grant.id;
  entitlement.auth_time = grant.auth_time;
  entitlement.not_after = grant.expires;

  // OpenID Connect Core §3.1.2.1: without openid it is no OpenID request.
  if (!scope.has(oauth::kOpenid)) return entitlement;
  IdTokenFacts facts;
  facts.algorithm = client.id_token_algorithm;
  facts.auth_time = grant.auth_time;
  facts.amr = grant.amr;
  facts.session = grant.session;
  // §5.5: what was asked for one by one, as far as the person's consent and the client go.
  if (!grant.claims.empty()) {
    const ScopeSet allowed = found.consent->scope.intersection(client.scope);
    const ClaimsRequest asked = ClaimsRequest::of_text(grant.claims).within(allowed);
    facts.claims = released_claims(found.user->claims, {}, asked.id_token);
  }
  entitlement.id_token = std::move(facts);
  return entitlement;
}

}  // namespace grantd::core
