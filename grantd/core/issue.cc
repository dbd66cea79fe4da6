#include "grantd/core/issue.h"

#include <algorithm>

namespace grantd::core {

SendTokens issue(const Entitlement& entitlement, const Moment& moment, const Policy& policy) {
  Time expires = moment.now + entitlement.token_lifetime;
  if (entitlement.not_after) expires = std::min(expires, *entitlement.not_after);
  const std::int64_t issued_at = to_seconds(moment.now);
  const std::int64_t expires_at = to_seconds(expires);

  // RFC 9068 §2.2: the claims of a JWT access token.
  Json claims = Json::object({
      {"iss", policy.issuer.str()},
      {"sub", entitlement.subject},
      {"aud", entitlement.audience.str()},
      {"client_id", entitlement.client.str()},
      {"scope", entitlement.scope.to_text()},
      {"iat", issued_at},
      {"exp", expires_at},
      {"jti", oauth::to_text(TokenId(moment.draw<16>("jti")))},
  });
  // RFC 9068 §2.2.1: when the person was authenticated.
  if (entitlement.auth_time) claims.set("auth_time", to_seconds(*entitlement.auth_time));
  // Ours: the grant it hangs on, so that a look at its row tells whether the token still lives.
  if (entitlement.grant) claims.set("grant_id", oauth::to_text(*entitlement.grant));

  SendTokens tokens;
  tokens.access_token = {"at+jwt", std::move(claims)};  // RFC 9068 §2.1
  tokens.expires_in = expires_at - issued_at;
  tokens.scope = entitlement.scope;
  tokens.refresh_token = entitlement.refresh_token;
  tokens.same_refresh_token = entitlement.same_refresh_token;
  return tokens;
}

}  // namespace grantd::core
