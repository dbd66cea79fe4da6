#include "grantd/core/oidc/id_token.h"

#include "grantd/base/encoding.h"

namespace grantd::core {

std::string_view acr_of(std::string_view) { return kAcrPassword; }

namespace {

// OpenID Connect Core §2: an array, one item a method.
Json methods_of(std::string_view amr) {
  Json::Array methods;
  for (const std::string_view method : split(amr, ' ')) methods.emplace_back(method);
  return methods;
}

}  // namespace

UnsignedToken make_id_token(IdTokenFacts facts, std::string_view subject, const ClientId& client,
                            Time now, const Policy& policy) {
  Json claims = Json::object({
      {"iss", policy.issuer.str()},
      {"sub", subject},
      {"aud", client.str()},
      {"exp", to_seconds(now + policy.id_token_lifetime)},
      {"iat", to_seconds(now)},
      {"auth_time", to_seconds(facts.auth_time)},
      {"acr", acr_of(facts.amr)},
      {"amr", methods_of(facts.amr)},
  });
  if (!facts.nonce.empty()) claims.set("nonce", std::move(facts.nonce));
  if (facts.session) claims.set("sid", oauth::to_text(*facts.session));
  if (const Json::Object* asked = facts.claims.as_object()) {
    for (const auto& [name, value] : *asked) claims.set(name, value);
  }
  return {"JWT", facts.algorithm, std::move(claims)};
}

}  // namespace grantd::core
