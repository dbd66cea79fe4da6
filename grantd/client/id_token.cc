#include "grantd/client/id_token.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"
#include "grantd/client/flow_error.h"
#include "grantd/jose/jwt.h"

namespace grantd::client {
namespace {

using jose::Algorithm;

constexpr Algorithm kAsymmetric[] = {Algorithm::es256, Algorithm::rs256, Algorithm::ps256,
                                     Algorithm::eddsa};
constexpr std::size_t kSubjectMax = 255;  // Core §2

FlowError wrong(std::string expected, std::string found) {
  auto error = foreign("in the ID token " + std::move(expected), std::move(found));
  error.remedy = "sign nobody in by it, and start again; if it stays, somebody stands between, or "
                 "the app's settings are not those of its registration";
  return error;
}

FlowError from_jose(const jose::JwsError& error) {
  auto out = wrong("a signature of the server's", shown(error.reason));
  out.unknown_key = error.problem == jose::JwsProblem::unknown_key;
  return out;
}

Result<std::string, FlowError> text_of(const Json& claims, std::string_view name) {
  auto value = jose::read_text(claims, name);
  if (!value) return fail(wrong(std::string(name) + " as text", shown(value.error())));
  return std::move(*value).value_or("");
}

Result<std::optional<Time>, FlowError> time_of(const Json& claims, std::string_view name) {
  auto value = jose::read_numeric_date(claims, name);
  if (!value) return fail(wrong(std::string(name) + " as a date", shown(value.error())));
  return *value;
}

Result<Time, FlowError> required_time(const Json& claims, std::string_view name) {
  const auto value = TRY(time_of(claims, name));
  if (!value) return fail(wrong(std::string(name), "none"));
  return *value;
}

// RFC 8725 §3.11: where a token says what it is, it is no access token and no logout token.
Result<Unit, FlowError> check_type(const Json& header) {
  const auto* typ = header.find("typ");
  if (!typ) return Unit{};
  const auto* text = typ->as_string();
  const auto type = text ? lower_ascii(*text) : std::string();
  if (type == "jwt" || type == "application/jwt") return Unit{};
  return fail(wrong("typ JWT, or none", text ? quoted(*text) : "another value"));
}

// Core §3.1.3.7, items 2 to 5.
Result<Unit, FlowError> check_parties(const Json& claims, const Expected& expected) {
  const auto iss = TRY(text_of(claims, "iss"));
  if (iss != expected.issuer.view()) {
    return fail(wrong("iss " + quoted(expected.issuer.view()), quoted(iss)));
  }
  const auto audience = jose::read_audience(claims);
  if (!audience) return fail(wrong("aud as text or a list of texts", shown(audience.error())));
  const auto& client = expected.client_id.str();
  if (std::ranges::find(*audience, client) == audience->end()) {
    return fail(wrong("aud " + quoted(client),
                      audience->empty() ? "none" : quoted(audience->front())));
  }
  for (const auto& each : *audience) {
    const auto& trusted = expected.other_audiences;
    if (each != client && std::ranges::find(trusted, each) == trusted.end()) {
      return fail(wrong("no aud but " + quoted(client), quoted(each) + " too"));
    }
  }
  if (claims.find("azp") && TRY(text_of(claims, "azp")) != client) {
    return fail(wrong("azp " + quoted(client), quoted(TRY(text_of(claims, "azp")))));
  }
  return Unit{};
}

std::string dated(std::string_view what, Time at, Time now) {
  return std::string(what) + to_rfc3339(at) + ", and here it is " + to_rfc3339(now);
}

// Core §3.1.3.7, items 9, 10, 13; RFC 7519 §4.1.5.
Result<Unit, FlowError> check_times(const IdToken& token, const Expected& expected, Time now) {
  if (now >= token.expires_at + expected.skew) {
    return fail(wrong("an exp to come", dated("expired at ", token.expires_at, now)));
  }
  if (token.issued_at > now + expected.skew) {
    return fail(wrong("an iat that has been", dated("issued at ", token.issued_at, now)));
  }
  const auto not_before = TRY(time_of(token.claims, "nbf"));
  if (not_before && *not_before > now + expected.skew) {
    return fail(wrong("an nbf that has been", dated("not before ", *not_before, now)));
  }
  if (!expected.max_age) return Unit{};
  if (!token.auth_time) return fail(wrong("auth_time, as max_age was sent", "none"));
  if (now > *token.auth_time + *expected.max_age + expected.skew) {
    return fail(wrong("a sign-in at most " + std::to_string(expected.max_age->count()) + " s ago",
                      dated("one at ", *token.auth_time, now)));
  }
  return Unit{};
}

// Core §3.1.3.6: the left half of the hash that the algorithm signs with.
std::string half_hash(Algorithm algorithm, std::string_view token) {
  if (algorithm == Algorithm::eddsa) {  // Ed25519 hashes by SHA-512
    return base64url_encode(ByteView(sha512(token)).first(32));
  }
  return base64url_encode(ByteView(sha256(token)).first(16));
}

Result<Unit, FlowError> check_binding(const jose::VerifiedJwt& jwt, const IdToken& token,
                                      const Expected& expected) {
  // Core §3.1.3.7 item 11: a token that was stolen from another flow has another nonce.
  const bool refreshed = expected.first.has_value() && token.nonce.empty();
  if (!refreshed && !equal_in_constant_time(token.nonce, expected.nonce)) {
    return fail(wrong("the nonce that was sent", token.nonce.empty() ? "none" : "another"));
  }
  // Core §3.1.3.8: the access token came with this ID token.
  const auto at_hash = TRY(text_of(jwt.claims, "at_hash"));
  if (!at_hash.empty() && expected.access_token &&
      !equal_in_constant_time(
          at_hash, half_hash(jwt.algorithm, expected.access_token->reveal_text()))) {
    return fail(wrong("at_hash of the access token that came with it", "another"));
  }
  // Core §3.1.3.7 item 12.
  const auto& wanted = expected.acr_values;
  if (!wanted.empty() && std::ranges::find(wanted, token.acr) == wanted.end()) {
    return fail(wrong("acr among those that were asked for",
                      token.acr.empty() ? "none" : quoted(token.acr)));
  }
  return Unit{};
}

// Core §12.2: the same person, from the same sign-in.
Result<Unit, FlowError> check_against_first(const IdToken& token, const IdToken& first) {
  if (token.subject != first.subject) {
    return fail(wrong("sub of the person who signed in", "another"));
  }
  if (token.auth_time && first.auth_time && *token.auth_time != *first.auth_time) {
    return fail(wrong("auth_time of the first ID token, " + to_rfc3339(*first.auth_time),
                      to_rfc3339(*token.auth_time)));
  }
  return Unit{};
}

}  // namespace

Result<IdToken, FlowError> check_id_token(std::string_view text, const jose::KeySet& keys,
                                          const Expected& expected, Time now) {
  std::span<const Algorithm> allowed = kAsymmetric;
  if (!expected.algorithms.empty()) allowed = expected.algorithms;
  // Core §3.1.3.7, items 6 to 8.
  const auto jwt = jose::verify_jwt(text, keys, allowed);
  if (!jwt) return fail(from_jose(jwt.error()));
  TRY(check_type(jwt->header));
  TRY(check_parties(jwt->claims, expected));

  IdToken token;
  token.claims = jwt->claims;
  token.subject = TRY(text_of(jwt->claims, "sub"));
  if (token.subject.empty() || token.subject.size() > kSubjectMax ||
      !is_ascii_printable(token.subject)) {
    return fail(wrong("sub: 1 to 255 ASCII characters", quoted(token.subject)));
  }
  token.issued_at = TRY(required_time(jwt->claims, "iat"));
  token.expires_at = TRY(required_time(jwt->claims, "exp"));
  token.auth_time = TRY(time_of(jwt->claims, "auth_time"));
  token.acr = TRY(text_of(jwt->claims, "acr"));
  token.nonce = TRY(text_of(jwt->claims, "nonce"));
  TRY(check_times(token, expected, now));
  TRY(check_binding(*jwt, token, expected));
  if (expected.first) TRY(check_against_first(token, *expected.first));
  return token;
}

}  // namespace grantd::client
