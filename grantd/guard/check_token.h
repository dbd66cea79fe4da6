// guard: I check at the door. The API's side of the flow.
//
// What lives here: whether a request's access token is one that this API may serve; in this header
// purely, values in, values out. What does not: how keys are fetched and kept (guard.h), who was
// granted what (core/). Includes neither core nor store nor server: an API links it alone.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/base/result.h"
#include "grantd/base/time.h"
#include "grantd/jose/jwks.h"
#include "grantd/oauth/error.h"
#include "grantd/oauth/ids.h"
#include "grantd/oauth/scope.h"

namespace grantd::guard {

inline constexpr Duration kSkewMax = std::chrono::seconds(60);

// What the request at hand needs of its token.
struct Need {
  oauth::ScopeSet scope = {};  // all of them, as whole words (CL-10)
  // RFC 9470 §3: how the person signed in, one of these, the best first; empty: any way.
  std::vector<std::string> acr_values = {};
  // RFC 9470 §3: how long ago at most, in whole seconds; nothing: any time.
  std::optional<std::chrono::seconds> max_age = {};

  // The scopes, parted by blanks: Need::of("notes.read"). Ends the program where they are none: a
  // need that was misspelled must not let everybody in.
  static Need of(std::string_view scope);
};

// What this API accepts.
struct Policy {
  oauth::Issuer issuer;      // byte for byte
  oauth::Audience audience;  // this API's own URI
  Need need;
  // The algorithms that the issuer signs with; the token chooses none beside them (RFC 8725 §3.1).
  std::vector<jose::Algorithm> algorithms = {jose::Algorithm::es256, jose::Algorithm::rs256,
                                             jose::Algorithm::ps256, jose::Algorithm::eddsa};
  Duration skew = kSkewMax;  // between the clocks; never more than kSkewMax counts (JW-05)
};

// What the token says, checked (RFC 9068 §2.2).
struct AccessToken {
  oauth::Issuer issuer;
  std::string subject;
  oauth::ClientId client_id;
  std::vector<std::string> audience;
  oauth::ScopeSet scope;
  std::string jti;
  Time issued_at;
  Time expires_at;
  std::optional<Time> not_before;
  std::optional<Time> auth_time;  // when the person signed in
  std::string acr;                // and how (RFC 9470 §6.1); empty where the issuer does not say
  Json claims;  // all of them
};

struct TokenError {
  // invalid_request, invalid_token, insufficient_scope (RFC 6750 §3.1) or
  // insufficient_user_authentication (RFC 9470 §3); nothing where the request brought no token, and
  // so made no error.
  std::optional<oauth::ErrorCode> code;
  std::string description;  // for the client; fixed texts, tells no prober what differed
  std::string reason;       // for the operator: what was expected, what was found
  Need need;                // insufficient_…: what the request needs
  // The token names a key that is not in the set: fetch the set anew, at most once in 30 s (JW-04),
  // and check again.
  bool unknown_key = false;

  int status() const;  // 401, 400 or 403
};

// The token of an Authorization header (null: the request has none). One header, of the scheme
// Bearer alone: a token in the query or the body is never looked at (RFC 9700 §4.3.2).
Result<std::string, TokenError> read_bearer(const std::string* authorization);

// RFC 9068 §4, JW-01 to JW-11: a JWT access token, signed by a key of `keys`, from this issuer, for
// this audience, within its time, that meets the need. A token that is bound to its sender (`cnf`)
// is refused: a bearer has not proved anything (RFC 9449 §7.2, RFC 8705 §3).
Result<AccessToken, TokenError> check_token(std::string_view token, const jose::KeySet& keys,
                                            const Policy& policy, Time now);

// The same in two halves, for who keeps what was verified once (policy.need does not count here).
Result<AccessToken, TokenError> verify_token(std::string_view token, const jose::KeySet& keys,
                                             const Policy& policy, Time now);
// What moves with time and request: exp, iat and nbf, scope, acr and the age of the sign-in.
Result<Unit, TokenError> check_times(const AccessToken& token, Duration skew, Time now);
Result<Unit, TokenError> check_need(const AccessToken& token, const Need& need, Duration skew,
                                    Time now);

// The value of WWW-Authenticate for the error (RFC 6750 §3, RFC 9470 §3). `realm` may be empty, and
// so may `resource_metadata`, the URL of this API's metadata (RFC 9728 §5.1).
std::string challenge_for(const TokenError& error, std::string_view realm,
                          std::string_view resource_metadata = {});

}  // namespace grantd::guard
