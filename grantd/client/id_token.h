// ID tokens: who signed in, when and how, said to this app by this server (OpenID Connect Core
// §2). Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/base/secret.h"
#include "grantd/base/time.h"
#include "grantd/client/error.h"
#include "grantd/jose/jwks.h"
#include "grantd/oauth/ids.h"

namespace grantd::client {

// An ID token that was checked.
struct IdToken {
  std::string subject;  // `sub`: stable for the person, unique at this issuer only
  Time issued_at;
  Time expires_at;  // how long the token may be accepted, not how long the person stays signed in
  std::optional<Time> auth_time;  // when the person last proved who they are
  std::string acr;                // how; empty where it does not say
  std::string nonce;
  Json claims;  // all of them, an object
};

// What the token must say.
struct Expected {
  oauth::Issuer issuer = {};
  oauth::ClientId client_id = {};
  // The one that the client is registered for, or several; empty: any asymmetric one on offer.
  // `none` and HMAC are never among them.
  std::vector<jose::Algorithm> algorithms = {};
  std::string nonce = {};  // as it was sent; empty: none was
  std::optional<seconds> max_age = {};           // as it was sent
  std::vector<std::string> acr_values = {};      // as they were sent: acr must be one of them
  std::optional<Secret> access_token = {};       // what at_hash must fit, where it is there
  std::vector<std::string> other_audiences = {};  // trusted beside the client itself
  Duration skew = seconds(60);                    // between the clocks
  // Of a refreshed token (Core §12.2): what the first one said. Then nonce may be absent.
  std::optional<IdToken> first = {};
};

// OpenID Connect Core §3.1.3.7, §3.1.3.8, §12.2 (CL-03): signature by a key of `keys` with an
// algorithm of those, iss, aud, azp, exp, iat, nonce, at_hash, auth_time, acr, sub. A token of
// another kind (typ) is refused. On `unknown_key` fetch the keys anew, once, and check again.
Result<IdToken, FlowError> check_id_token(std::string_view text, const jose::KeySet& keys,
                                          const Expected& expected, Time now);

}  // namespace grantd::client
