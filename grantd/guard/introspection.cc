#include "grantd/guard/introspection.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/jose/jwt.h"
#include "grantd/oauth/challenge.h"
#include "grantd/oauth/form.h"

namespace grantd::guard {
namespace {

using oauth::ErrorCode;

constexpr std::size_t kAnswerBytesMax = 64 * 1024;
constexpr Duration kAssertionLife = std::chrono::seconds(60);
// Where the issuer does not say when the token ends: it is asked again after keep_for anyway.
constexpr Duration kNoEnd = std::chrono::hours(24);

TokenError invalid(std::string reason) {
  return {.code = ErrorCode::invalid_token,
          .description = "The access token is invalid or has expired",
          .reason = std::move(reason)};
}

std::string shown(std::string_view text) {
  return "\"" + printable(text.substr(0, 200)) + "\"";
}

// OpenID Connect Core §9, RFC 7523 §3: who signs it is who asks, for this issuer, for a minute.
std::string assertion(const Introspection& settings, const IntrospectionKey& key,
                      const oauth::Issuer& issuer, std::string_view jti, Time now) {
  Json header = Json::object({{"typ", "JWT"}});
  if (!key.kid.empty()) header.set("kid", key.kid);
  return jose::sign_jwt(key.key, key.algorithm, header,
                        Json::object({{"iss", settings.client_id},
                                      {"sub", settings.client_id},
                                      {"aud", issuer.view()},
                                      {"jti", jti},
                                      {"iat", to_seconds(now)},
                                      {"exp", to_seconds(now + kAssertionLife)}}));
}

Result<std::string, TokenError> text_of(const Json& answer, std::string_view name) {
  auto value = jose::read_text(answer, name);
  if (!value) return fail(invalid("introspection: " + value.error()));
  return value->value_or("");
}

Result<std::optional<Time>, TokenError> time_of(const Json& answer, std::string_view name) {
  auto value = jose::read_numeric_date(answer, name);
  if (!value) return fail(invalid("introspection: " + value.error()));
  return *value;
}

// RFC 7662 §2.2: every member but `active` is optional.
Result<AccessToken, TokenError> read_members(Json answer, Time now) {
  AccessToken token;
  token.issuer = oauth::Issuer(TRY(text_of(answer, "iss")));
  token.subject = TRY(text_of(answer, "sub"));
  token.client_id = oauth::ClientId(TRY(text_of(answer, "client_id")));
  token.jti = TRY(text_of(answer, "jti"));
  token.acr = TRY(text_of(answer, "acr"));
  token.issued_at = TRY(time_of(answer, "iat")).value_or(now);
  token.expires_at = TRY(time_of(answer, "exp")).value_or(now + kNoEnd);
  token.not_before = TRY(time_of(answer, "nbf"));
  token.auth_time = TRY(time_of(answer, "auth_time"));
  auto audience = jose::read_audience(answer);
  if (!audience) return fail(invalid("introspection: " + audience.error()));
  token.audience = *std::move(audience);
  auto scope = oauth::ScopeSet::parse(TRY(text_of(answer, "scope")));
  if (!scope) return fail(invalid("introspection: scope: not words parted by single blanks"));
  token.scope = *std::move(scope);
  token.claims = std::move(answer);
  return token;
}

Result<Unit, TokenError> check_members(const AccessToken& token, const Introspection& settings,
                                       const Policy& policy) {
  if (!token.issuer.empty() && token.issuer != policy.issuer) {
    return fail(invalid("introspection: iss: expected " + shown(policy.issuer.view()) +
                        ", found " + shown(token.issuer.view())));
  }
  const bool named = std::ranges::find(token.audience, policy.audience.view()) !=
                     token.audience.end();
  if (!named && (settings.audience_required || !token.audience.empty())) {
    return fail(invalid("introspection: aud: " + shown(policy.audience.view()) +
                        " is not among the answer's " + std::to_string(token.audience.size())));
  }
  // RFC 7662 §2.2: token_type, as RFC 6749 §5.1 has it: compared without regard to letter case.
  const auto* type = token.claims.find("token_type");
  if (type && (!type->as_string() || lower_ascii(*type->as_string()) != "bearer")) {
    return fail(invalid("introspection: token_type is not Bearer"));
  }
  if (token.claims.find("cnf")) {
    return fail(invalid("introspection: cnf: the token is bound to a key, and came as a bearer "
                        "token"));
  }
  return Unit{};
}

Result<AccessToken, TokenError> judge(Json answer, const Introspection& settings,
                                      const Policy& policy, Time now) {
  auto token = TRY(read_members(std::move(answer), now));
  TRY(check_members(token, settings, policy));
  TRY(check_times(token, policy.skew, now));
  if (token.issuer.empty()) token.issuer = policy.issuer;
  return token;
}

}  // namespace

IntrospectionRequest ask_about(std::string_view token, const Introspection& settings,
                               const oauth::Issuer& issuer, std::string_view jti, Time now) {
  oauth::Form form;
  form.add("token", std::string(token));
  form.add("token_type_hint", "access_token");
  IntrospectionRequest made;
  made.fields = {{"content-type", "application/x-www-form-urlencoded"},
                 {"accept", "application/json"}};
  if (settings.key) {
    form.add("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    form.add("client_assertion", assertion(settings, *settings.key, issuer, jti, now));
  } else {
    made.fields.emplace_back(
        "authorization",
        oauth::make_basic(settings.client_id, settings.client_secret.reveal_text()));
  }
  made.body = form.encode();
  return made;
}

Result<Result<AccessToken, TokenError>, std::string> read_answer(std::string_view document,
                                                                 const Introspection& settings,
                                                                 const Policy& policy, Time now) {
  auto answer = Json::parse(document, kAnswerBytesMax);
  if (!answer) return fail("the answer is no JSON: " + answer.error());
  const bool* const active = answer->find_bool("active");
  if (!active) return fail(std::string("the answer says neither true nor false for \"active\""));
  if (!*active) {
    return Result<AccessToken, TokenError>(
        fail(invalid("introspection: the issuer says that the token is not active")));
  }
  return judge(*std::move(answer), settings, policy, now);
}

}  // namespace grantd::guard
