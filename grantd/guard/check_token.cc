#include "grantd/guard/check_token.h"

#include <algorithm>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"

namespace grantd::guard {
namespace {

using oauth::ErrorCode;

// RFC 6750 §3.1: expired, revoked, malformed or invalid; one text for all of them.
TokenError invalid(std::string reason) {
  return {.code = ErrorCode::invalid_token,
          .description = "The access token is invalid or has expired",
          .reason = std::move(reason)};
}

std::string shown(std::string_view text) {
  return "\"" + printable(text.substr(0, 200)) + (text.size() > 200 ? "...\"" : "\"");
}

TokenError from_jose(const jose::JwsError& error) {
  auto result = invalid(error.reason);
  result.unknown_key = error.problem == jose::JwsProblem::unknown_key;
  return result;
}

// RFC 9068 §4, first step: no ID token, no logout token, no JWT of another kind. Media types are
// compared without regard to letter case (RFC 7515 §4.1.9).
Result<Unit, TokenError> check_type(const Json& header) {
  const auto* typ = header.find_string("typ");
  const auto type = typ ? lower_ascii(*typ) : std::string();
  if (type == "at+jwt" || type == "application/at+jwt") return Unit{};
  return fail(invalid("typ: expected at+jwt, found " + (typ ? shown(*typ) : "none")));
}

Result<std::string, TokenError> required_text(const Json& claims, std::string_view name) {
  auto value = jose::read_text(claims, name);
  if (!value) return fail(invalid(value.error()));
  if (!*value || (*value)->empty()) return fail(invalid(std::string(name) + ": there is none"));
  return **std::move(value);
}

Result<std::optional<Time>, TokenError> optional_time(const Json& claims, std::string_view name) {
  auto value = jose::read_numeric_date(claims, name);
  if (!value) return fail(invalid(value.error()));
  return *value;
}

Result<Time, TokenError> required_time(const Json& claims, std::string_view name) {
  const auto value = TRY(optional_time(claims, name));
  if (!value) return fail(invalid(std::string(name) + ": there is none"));
  return *value;
}

// RFC 9068 §4: iss and aud. Simple string comparison: an extra slash is another issuer (JW-06).
Result<Unit, TokenError> check_parties(const AccessToken& token, const Policy& policy) {
  if (token.issuer != policy.issuer) {
    return fail(invalid("iss: expected " + shown(policy.issuer.view()) + ", found " +
                        shown(token.issuer.view())));
  }
  if (std::ranges::find(token.audience, policy.audience.view()) == token.audience.end()) {
    return fail(invalid("aud: " + shown(policy.audience.view()) + " is not among the token's " +
                        std::to_string(token.audience.size())));
  }
  return Unit{};
}

// RFC 9068 §2.2: the claims that every access token has.
Result<AccessToken, TokenError> read_claims(Json claims) {
  AccessToken token;
  token.issuer = oauth::Issuer(TRY(required_text(claims, "iss")));
  token.subject = TRY(required_text(claims, "sub"));
  token.client_id = oauth::ClientId(TRY(required_text(claims, "client_id")));
  token.jti = TRY(required_text(claims, "jti"));
  token.issued_at = TRY(required_time(claims, "iat"));
  token.expires_at = TRY(required_time(claims, "exp"));
  token.not_before = TRY(optional_time(claims, "nbf"));
  token.auth_time = TRY(optional_time(claims, "auth_time"));
  auto acr = jose::read_text(claims, "acr");
  if (!acr) return fail(invalid(acr.error()));
  token.acr = acr->value_or("");
  auto audience = jose::read_audience(claims);
  if (!audience) return fail(invalid(audience.error()));
  token.audience = *std::move(audience);
  auto scope_text = jose::read_text(claims, "scope");
  if (!scope_text) return fail(invalid(scope_text.error()));
  auto scope = oauth::ScopeSet::parse(scope_text->value_or(""));
  if (!scope) return fail(invalid("scope: not words parted by single blanks"));
  token.scope = *std::move(scope);
  token.claims = std::move(claims);
  return token;
}

// RFC 9470 §3: the sign-in is too weak, or too long ago, for this request.
TokenError step_up(const Need& need, std::string reason) {
  return {.code = ErrorCode::insufficient_user_authentication,
          .description = "The request needs a stronger or more recent sign-in",
          .reason = std::move(reason),
          .need = need};
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const auto& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text;
}

Duration counted(Duration skew) {
  return std::clamp(skew, Duration::zero(), kSkewMax);
}

}  // namespace

Need Need::of(std::string_view scope) {
  auto parsed = oauth::ScopeSet::parse(scope);
  CHECK(parsed.has_value());
  return {.scope = *std::move(parsed)};
}

int TokenError::status() const {
  return oauth::row(code.value_or(ErrorCode::invalid_token)).status;
}

Result<std::string, TokenError> read_bearer(const std::string* authorization) {
  // RFC 6750 §3.1: who brought nothing made no error; the answer names the scheme only.
  if (!authorization || authorization->empty()) {
    return fail(TokenError{.reason = "no Authorization header"});
  }
  if (!oauth::has_scheme(*authorization, "Bearer")) {
    return fail(TokenError{.reason = "Authorization of another scheme than Bearer"});
  }
  auto token = oauth::parse_bearer(*authorization);
  if (!token) {
    return fail(TokenError{.code = ErrorCode::invalid_request,
                           .description = "The Authorization header is malformed",
                           .reason = "what follows Bearer is no token (RFC 6750 §2.1)"});
  }
  return *std::move(token);
}

Result<AccessToken, TokenError> check_token(std::string_view text, const jose::KeySet& keys,
                                            const Policy& policy, Time now) {
  auto token = TRY(verify_token(text, keys, policy, now));
  TRY(check_need(token, policy.need, policy.skew, now));
  return token;
}

Result<AccessToken, TokenError> verify_token(std::string_view text, const jose::KeySet& keys,
                                             const Policy& policy, Time now) {
  auto jwt = jose::verify_jwt(text, keys, policy.algorithms);
  if (!jwt) return fail(from_jose(jwt.error()));
  TRY(check_type(jwt->header));
  auto token = TRY(read_claims(std::move(jwt->claims)));
  TRY(check_parties(token, policy));
  TRY(check_times(token, policy.skew, now));
  if (token.claims.find("cnf")) {
    return fail(invalid("cnf: the token is bound to a key, and came as a bearer token"));
  }
  return token;
}

// RFC 7519 §4.1.4 to §4.1.6, with some leeway between the clocks (JW-05).
Result<Unit, TokenError> check_times(const AccessToken& token, Duration skew, Time now) {
  const auto leeway = counted(skew);
  if (now >= token.expires_at + leeway) {
    return fail(
        invalid("exp: expired at " + to_rfc3339(token.expires_at) + ", it is " + to_rfc3339(now)));
  }
  if (token.issued_at > now + leeway) {
    return fail(
        invalid("iat: issued at " + to_rfc3339(token.issued_at) + ", it is " + to_rfc3339(now)));
  }
  if (token.not_before && *token.not_before > now + leeway) {
    return fail(invalid("nbf: not before " + to_rfc3339(*token.not_before) + ", it is " +
                        to_rfc3339(now)));
  }
  return Unit{};
}

Result<Unit, TokenError> check_need(const AccessToken& token, const Need& need, Duration skew,
                                    Time now) {
  if (!token.scope.includes(need.scope)) {
    return fail(TokenError{.code = ErrorCode::insufficient_scope,
                           .description = "The request needs other scopes than the token has",
                           .reason = "scope: needs " + shown(need.scope.to_text()) + ", has " +
                                     shown(token.scope.to_text()),
                           .need = need});
  }
  // RFC 9470 §3: one of acr_values, compared as OpenID Connect Core §2 has it, case and all.
  if (!need.acr_values.empty() && std::ranges::find(need.acr_values, token.acr) ==
                                      need.acr_values.end()) {
    return fail(step_up(need, "acr: needs one of " + shown(joined(need.acr_values)) + ", has " +
                                  (token.acr.empty() ? "none" : shown(token.acr))));
  }
  if (!need.max_age) return Unit{};
  if (!token.auth_time) return fail(step_up(need, "auth_time: there is none"));
  const auto leeway = counted(skew);
  const auto age = now - *token.auth_time;
  if (age > *need.max_age + leeway || age < -leeway) {
    return fail(step_up(need, "auth_time: needs at most " + std::to_string(need.max_age->count()) +
                                  " s ago, was at " + to_rfc3339(*token.auth_time) + ", it is " +
                                  to_rfc3339(now)));
  }
  return Unit{};
}

std::string challenge_for(const TokenError& error, std::string_view realm,
                          std::string_view resource_metadata) {
  std::vector<std::pair<std::string, std::string>> parameters;
  if (!realm.empty()) parameters.emplace_back("realm", realm);
  if (error.code) {
    parameters.emplace_back("error", oauth::to_text(*error.code));
    parameters.emplace_back("error_description", error.description);
  }
  if (!error.need.scope.empty()) parameters.emplace_back("scope", error.need.scope.to_text());
  if (error.code == ErrorCode::insufficient_user_authentication) {
    if (!error.need.acr_values.empty()) {
      parameters.emplace_back("acr_values", joined(error.need.acr_values));
    }
    if (error.need.max_age) {
      parameters.emplace_back("max_age", std::to_string(error.need.max_age->count()));
    }
  }
  if (!resource_metadata.empty()) {
    parameters.emplace_back("resource_metadata", resource_metadata);
  }
  return oauth::challenge("Bearer", parameters);
}

}  // namespace grantd::guard
