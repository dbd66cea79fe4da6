#include "grantd/core/token/access_token.h"

#include <array>

#include "grantd/base/result.h"
#include "grantd/core/alive.h"
#include "grantd/core/oidc/subject.h"
#include "grantd/jose/jwt.h"

namespace grantd::core {
namespace {

// RFC 8725 §3.1: the verifier knows what it signs with.
constexpr std::array kOurAlgorithms{jose::Algorithm::es256, jose::Algorithm::rs256,
                                    jose::Algorithm::ps256, jose::Algorithm::eddsa};

template <class T>
Result<T, std::string> present(Result<std::optional<T>, std::string> claim,
                               std::string_view name) {
  std::optional<T> value = TRY(std::move(claim));
  if (!value) return fail(std::string(name) + " is missing");
  return *std::move(value);
}

Result<std::string, std::string> text_of(const Json& claims, std::string_view name) {
  return present(jose::read_text(claims, name), name);
}

// What issue() wrote of what the token hangs on: exactly one of the two.
Result<Unit, std::string> read_root(const Json& claims, PresentedToken& token) {
  const std::optional<std::string> grant = TRY(jose::read_text(claims, "grant_id"));
  const std::optional<std::string> state = TRY(jose::read_text(claims, "client_state"));
  if (grant) token.grant = oauth::parse_id<GrantId>(*grant);
  if (state) token.client_state = parse_client_state(*state);
  if (token.grant.has_value() == token.client_state.has_value()) {
    return fail(std::string("it names neither its grant nor its client's state"));
  }
  return Unit{};
}

// RFC 9068 §2.2.
Result<PresentedToken, std::string> read_claims(const Json& claims, const Keyring& keys) {
  if (TRY(text_of(claims, "iss")) != keys.issuer.view()) {
    return fail(std::string("another issuer's"));
  }
  PresentedToken token;
  const auto id = oauth::parse_id<TokenId>(TRY(text_of(claims, "jti")));
  const auto scope = ScopeSet::parse(TRY(text_of(claims, "scope")));
  if (!id || !scope) return fail(std::string("jti or scope is none of ours"));
  token.id = *id;
  token.scope = *scope;
  token.client = ClientId(TRY(text_of(claims, "client_id")));
  token.subject = TRY(text_of(claims, "sub"));
  token.audience = Audience(TRY(text_of(claims, "aud")));
  token.issued = TRY(present(jose::read_numeric_date(claims, "iat"), "iat"));
  token.expires = TRY(present(jose::read_numeric_date(claims, "exp"), "exp"));
  token.auth_time = TRY(jose::read_numeric_date(claims, "auth_time"));
  TRY(read_root(claims, token));
  return token;
}

ReadAccessToken read_jwt(std::string_view text, const Keyring& keys) {
  const auto jwt = jose::verify_jwt(text, keys.verify_keys, kOurAlgorithms);
  if (!jwt) {
    const bool unknown = jwt.error().problem == jose::JwsProblem::unknown_key;
    if (unknown && !keys.complete) return UnknownKey{};
    return NotOurs{"no token of ours: " + jwt.error().reason};
  }
  // RFC 9068 §4: an ID token, or another JWT that we signed, opens nothing.
  const std::string* typ = jwt->header.find_string("typ");
  if (!typ || *typ != "at+jwt") return NotOurs{"a JWT of ours that is no access token"};
  Result<PresentedToken, std::string> token = read_claims(jwt->claims, keys);
  if (!token) return NotOurs{"no access token of ours: " + token.error()};
  return *std::move(token);
}

PresentedToken presented(AccessPayload payload) {
  PresentedToken token;
  token.id = payload.id;
  token.client = std::move(payload.client);
  token.grant = payload.grant;
  if (!payload.grant) {
    token.client_state = ClientState{payload.incarnation, payload.client_counter};
  }
  token.subject = std::move(payload.subject);
  token.scope = std::move(payload.scope);
  token.audience = std::move(payload.audience);
  token.issued = payload.issued;
  token.expires = payload.expires;
  token.epoch = payload.epoch;
  return token;
}

// DESIGN §1.2, 5: a token without a grant hangs on its client alone.
std::optional<std::string> why_client_dead(const PresentedToken& token, const Client* client) {
  if (!client || client->id != token.client) return "the client is gone";
  if (client->disabled) return "the client is disabled";
  if (client->incarnation != token.client_state->incarnation) {
    return "the client was deleted and its name used again";
  }
  if (client->counter != token.client_state->counter) {
    return "all of the client's tokens were revoked";
  }
  return {};
}

}  // namespace

ReadAccessToken read_access_token(std::string_view text, const Keyring& keys) {
  if (!text.starts_with(prefix_of(SealKind::access_token))) return read_jwt(text, keys);
  Result<AccessPayload, OpenError> opened = open_access_token(text, keys);
  if (opened) return presented(*std::move(opened));
  if (opened.error() == OpenError::unknown_key) return UnknownKey{};
  return NotOurs{"the token was not sealed here, or was altered"};
}

std::optional<AnyToken> read_any_token(std::string_view text, const Keyring& keys) {
  if (text.starts_with(prefix_of(SealKind::refresh_token))) {
    Result<RefreshPayload, OpenError> opened = open_refresh_token(text, keys);
    if (opened) return AnyToken(*std::move(opened));
    if (opened.error() == OpenError::unknown_key) return {};
    return AnyToken(NotOurs{"the refresh token was not sealed here, or was altered"});
  }
  ReadAccessToken read = read_access_token(text, keys);
  if (std::holds_alternative<UnknownKey>(read)) return {};
  if (auto* not_ours = std::get_if<NotOurs>(&read)) return AnyToken(std::move(*not_ours));
  return AnyToken(std::get<PresentedToken>(std::move(read)));
}

void add_wants(const PresentedToken& token, Wanted& wanted) {
  wanted.revoked_token = token.id;
  if (token.grant) {
    wanted.token_grant = token.grant;
  } else {
    wanted.token_client = token.client;
  }
}

std::optional<std::string> why_dead(const PresentedToken& token, const Found& found,
                                    const Moment& moment, const Policy& policy,
                                    const Keyring& keys) {
  if (moment.now >= token.expires) return "the token expired at " + to_rfc3339(token.expires);
  if (token.epoch && *token.epoch != found.epoch) return "the token is from before a restore";
  if (found.token_revoked) return "the token was revoked";
  if (!token.grant) return why_client_dead(token, found.of_token.client.get());
  if (std::optional<std::string> dead = why_token_dead(found, moment, policy)) return dead;
  if (found.of_token.grant->client != token.client) return "the grant is another client's";
  // OpenID Connect Core §5.3.2: `sub` is the one that the client knows; where how it knows people
  // was changed since, what it holds is about somebody else.
  if (subject_for(*found.of_token.client, found.of_token.user->id, keys) != token.subject) {
    return "the client knows the person by another sub now";
  }
  return {};
}

ScopeSet effective_scope(const PresentedToken& token, const Found& found) {
  const ScopeSet scope = token.scope.intersection(found.of_token.client->scope);
  return token.grant ? scope.intersection(found.of_token.consent->scope) : scope;
}

}  // namespace grantd::core
