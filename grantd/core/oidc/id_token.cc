#include "grantd/core/oidc/id_token.h"

#include "grantd/base/encoding.h"

namespace grantd::core {

std::string_view acr_of(std::string_view) { return kAcrPassword; }

UnsignedToken make_id_token(const IdTokenFacts& facts, std::string_view subject,
                            const ClientId& client, Time now, const Policy& policy) {
  Json amr = Json::array();
  for (const std::string_view method : split(facts.amr, ' ')) amr.push_back(method);
  Json claims = Json::object({
      {"iss", policy.issuer.str()},
      {"sub", subject},
      {"aud", client.str()},
      {"exp", to_seconds(now + policy.id_token_lifetime)},
      {"iat", to_seconds(now)},
      {"auth_time", to_seconds(facts.auth_time)},
      {"acr", acr_of(facts.amr)},
      {"amr", std::move(amr)},
  });
  if (!facts.nonce.empty()) claims.set("nonce", facts.nonce);
  if (facts.session) claims.set("sid", oauth::to_text(*facts.session));
  if (const Json::Object* asked = facts.claims.as_object()) {
    for (const auto& [name, value] : *asked) claims.set(name, value);
  }
  return {"JWT", facts.algorithm, std::move(claims)};
}

}  // namespace grantd::core
