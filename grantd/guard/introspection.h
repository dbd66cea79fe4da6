// Asking the issuer about a token (RFC 7662), purely: the request as a value, the answer judged.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/secret.h"
#include "grantd/guard/check_token.h"
#include "grantd/jose/jwk.h"

namespace grantd::guard {

// A key that the API proves itself with in place of a secret (OpenID Connect Core §9,
// private_key_jwt).
struct IntrospectionKey {
  jose::PrivateKey key;
  jose::Algorithm algorithm = jose::Algorithm::es256;
  std::string kid = {};  // as the issuer knows it; empty: it knows only one
};

// What introspection needs. The API is a confidential client of the issuer, and there one of those
// that may ask about its tokens (`grantd resource create --introspector`).
struct Introspection {
  std::string client_id = {};
  Secret client_secret = {};                 // client_secret_basic (RFC 6749 §2.3.1), or:
  std::optional<IntrospectionKey> key = {};  // private_key_jwt
  std::string endpoint = {};                 // empty: as the issuer publishes it

  // How opaque tokens begin at this issuer ("gat_" at grantd): others are refused without asking,
  // so that made-up ones cost nobody anything. Empty: any.
  std::string prefix = {};
  // Whether an answer must name this API in `aud`. RFC 7662 §2.2 leaves `aud` to the issuer; one
  // that never sends it must itself see to it that only this API's tokens are active for it.
  bool audience_required = true;

  // How long an answer counts, and so how late a revocation may be noticed; never beyond `exp`.
  Duration keep_for = std::chrono::seconds(30);
  std::size_t tokens_max = 10'000;  // remembered: so many that are active, as many that are not
  int threads = 4;                  // questions at one time
  std::size_t waiting_max = 256;    // questions that wait for a thread; past it the answer is 503
};

// RFC 7662 §2.1.
struct IntrospectionRequest {
  std::vector<std::pair<std::string, std::string>> fields;  // header fields, names in lower case
  std::string body;                                         // application/x-www-form-urlencoded
};
// `jti` is a name not used before; `issuer` is the assertion's audience.
IntrospectionRequest ask_about(std::string_view token, const Introspection& settings,
                               const oauth::Issuer& issuer, std::string_view jti, Time now);

// RFC 7662 §2.2: what the issuer says of the token, judged like a JWT's claims: `iss` where it is
// there, `aud`, the times, `cnf`, `token_type`; the need is not looked at. The token, or why it is
// refused: "not active" is invalid_token. The outer error: the document is no answer at all, one
// line for the operator.
Result<Result<AccessToken, TokenError>, std::string> read_answer(std::string_view document,
                                                                 const Introspection& settings,
                                                                 const Policy& policy, Time now);

}  // namespace grantd::guard
