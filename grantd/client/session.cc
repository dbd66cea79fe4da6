#include "grantd/base/json.h"
#include "grantd/client/client.h"
#include "grantd/client/flow_error.h"

namespace grantd::client {
namespace {

constexpr std::size_t kTextMax = 1024 * 1024;

FlowError unreadable() {
  return settings_error("a session as to_text() wrote it", "other text", "sign in again");
}

// The claims are ours: they were checked before they were written.
Result<IdToken, FlowError> kept_id_token(const Json& claims) {
  const auto text = [&](std::string_view name) {
    const auto* value = claims.find_string(name);
    return value ? *value : std::string();
  };
  const auto* issued = claims.find_int("iat");
  const auto* expires = claims.find_int("exp");
  IdToken token;
  token.subject = text("sub");
  if (token.subject.empty() || !issued || !expires) return fail(unreadable());
  token.issued_at = from_seconds(*issued);
  token.expires_at = from_seconds(*expires);
  if (const auto* at = claims.find_int("auth_time")) token.auth_time = from_seconds(*at);
  token.acr = text("acr");
  token.nonce = text("nonce");
  token.claims = claims;
  return token;
}

}  // namespace

std::string Session::claim(std::string_view name) const {
  const auto* value = id_token ? id_token->claims.find_string(name) : nullptr;
  return value ? *value : std::string();
}

std::string Session::to_text() const {
  Json document = Json::object({{"issuer", issuer},
                                {"client_id", client_id},
                                {"subject", subject},
                                {"scope", scope.to_text()},
                                {"access_token", tokens.access_token.reveal_text()}});
  if (tokens.refresh_token) document.set("refresh_token", tokens.refresh_token->reveal_text());
  if (tokens.id_token) document.set("id_token", *tokens.id_token);
  if (id_token) document.set("claims", id_token->claims);
  if (tokens.expires_in) {
    document.set("expires_in", static_cast<std::int64_t>(tokens.expires_in->count()));
  }
  if (expires_at) document.set("expires_at", to_seconds(*expires_at));
  return document.dump();
}

Result<Session, FlowError> Session::parse(std::string_view text) {
  const auto document = Json::parse(text, kTextMax);
  if (!document) return fail(unreadable());
  const auto member = [&](std::string_view name) { return document->find_string(name); };
  const auto* token = member("access_token");
  const auto* scope_text = member("scope");
  const auto scope = scope_text ? oauth::ScopeSet::parse(*scope_text) : std::nullopt;
  if (!token || token->empty() || !scope || !member("issuer") || !member("client_id") ||
      !member("subject")) {
    return fail(unreadable());
  }
  Session session;
  session.issuer = *member("issuer");
  session.client_id = *member("client_id");
  session.subject = *member("subject");
  session.scope = *scope;
  session.tokens.access_token = Secret(std::string_view(*token));
  session.tokens.token_type = "Bearer";
  session.tokens.scope = *scope;
  if (const auto* kept = member("refresh_token")) {
    session.tokens.refresh_token = Secret(std::string_view(*kept));
  }
  if (const auto* kept = member("id_token")) session.tokens.id_token = *kept;
  if (const auto* claims = document->find("claims")) {
    session.id_token = TRY(kept_id_token(*claims));
  }
  if (const auto* length = document->find_int("expires_in")) {
    session.tokens.expires_in = std::chrono::seconds(*length);
  }
  if (const auto* at = document->find_int("expires_at")) session.expires_at = from_seconds(*at);
  return session;
}

}  // namespace grantd::client
