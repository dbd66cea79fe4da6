#include "grantd/core/issue.h"

#include <algorithm>

#include "grantd/core/token/client_state.h"

namespace grantd::core {
namespace {

struct Span {
  Time issued;
  Time expires;
};

// RFC 9068 §2.2: the claims of a JWT access token.
Json access_token_claims(const Entitlement& entitlement, const TokenId& id, const Span& span,
                         const Policy& policy) {
  Json claims = Json::object({
      {"iss", policy.issuer.str()},
      {"sub", entitlement.subject},
      {"aud", entitlement.audience.str()},
      {"client_id", entitlement.client.str()},
      {"scope", entitlement.scope.to_text()},
      {"iat", to_seconds(span.issued)},
      {"exp", to_seconds(span.expires)},
      {"jti", oauth::to_text(id)},
  });
  // RFC 9068 §2.2.1: when the person was authenticated.
  if (entitlement.auth_time) claims.set("auth_time", to_seconds(*entitlement.auth_time));
  // Ours: what it hangs on, so that a look at its row tells whether the token still lives.
  if (entitlement.grant) {
    claims.set("grant_id", oauth::to_text(*entitlement.grant));
  } else {
    claims.set("client_state",
               client_state_text({entitlement.incarnation, entitlement.client_counter}));
  }
  return claims;
}

AccessPayload opaque_token(Entitlement entitlement, const TokenId& id, const Span& span) {
  AccessPayload payload;
  payload.id = id;
  payload.epoch = entitlement.epoch;
  payload.issued = span.issued;
  payload.expires = span.expires;
  payload.client = std::move(entitlement.client);
  payload.incarnation = entitlement.incarnation;
  payload.client_counter = entitlement.client_counter;
  payload.grant = entitlement.grant;
  payload.subject = std::move(entitlement.subject);
  payload.scope = std::move(entitlement.scope);
  payload.audience = std::move(entitlement.audience);
  return payload;
}

}  // namespace

SendTokens issue(Entitlement entitlement, const Moment& moment, const Policy& policy) {
  const Time issued = from_seconds(to_seconds(moment.now));
  Time expires = moment.now + entitlement.token_lifetime;
  if (entitlement.not_after) expires = std::min(expires, *entitlement.not_after);
  const Span span{issued, from_seconds(to_seconds(expires))};
  const TokenId id(moment.draw<16>("jti"));

  SendTokens tokens;
  tokens.expires_in = to_seconds(span.expires) - to_seconds(span.issued);
  tokens.scope = entitlement.scope;
  if (entitlement.id_token) {
    tokens.id_token = make_id_token(*std::move(entitlement.id_token), entitlement.subject,
                                    entitlement.client, moment.now, policy);
  }
  tokens.refresh_token = std::move(entitlement.refresh_token);
  tokens.same_refresh_token = std::move(entitlement.same_refresh_token);
  if (entitlement.format == TokenFormat::opaque) {
    tokens.access_token = opaque_token(std::move(entitlement), id, span);
  } else {
    tokens.access_token =
        UnsignedToken{"at+jwt", jose::Algorithm::es256,  // RFC 9068 §2.1
                      access_token_claims(entitlement, id, span, policy)};
  }
  return tokens;
}

}  // namespace grantd::core
