// What a person may see of users, sessions, consents, grants and keys.
#include "grantd/store/records_json.h"

namespace grantd::store {
namespace {

std::string_view state_name(core::GrantState state) {
  switch (state) {
    case core::GrantState::live:
      return "live";
    case core::GrantState::revoked:
      return "revoked";
    case core::GrantState::refused:
      return "refused";
  }
  return "unknown";
}

}  // namespace

Json redacted(const core::User& user) {
  Json json = Json::object();
  json.set("sub", oauth::to_text(user.id));
  json.set("login", user.login);
  json.set("disabled", user.disabled);
  json.set("has_password", !user.password.empty());
  json.set("created", to_rfc3339(user.created));
  json.set("counter", static_cast<std::int64_t>(user.counter));
  json.set("version", static_cast<std::int64_t>(user.version));
  json.set("claims", user.claims);
  return json;
}

Json redacted(const core::Session& session) {
  Json json = Json::object();
  json.set("sid", oauth::to_text(session.id));
  json.set("sub", oauth::to_text(session.subject));
  json.set("amr", session.amr);
  json.set("auth_time", to_rfc3339(session.auth_time));
  json.set("created", to_rfc3339(session.created));
  json.set("last_seen", to_rfc3339(session.last_seen));
  json.set("expires", to_rfc3339(session.expires));
  json.set("ended", session.ended);
  return json;
}

Json redacted(const core::Consent& consent) {
  Json json = Json::object();
  json.set("consent", oauth::to_text(consent.id));
  json.set("sub", oauth::to_text(consent.subject));
  json.set("client_id", consent.client.str());
  json.set("scope", consent.scope.to_text());
  json.set("created", to_rfc3339(consent.created));
  json.set("changed", to_rfc3339(consent.changed));
  return json;
}

Json redacted(const core::Grant& grant) {
  Json json = Json::object();
  json.set("grant", oauth::to_text(grant.id));
  json.set("state", state_name(grant.state));
  json.set("client_id", grant.client.str());
  json.set("sub", oauth::to_text(grant.subject));
  if (grant.session) json.set("sid", oauth::to_text(*grant.session));
  json.set("offline", !grant.session);
  json.set("scope", grant.scope.to_text());
  json.set("auth_time", to_rfc3339(grant.auth_time));
  json.set("amr", grant.amr);
  json.set("generation", static_cast<std::int64_t>(grant.generation));
  json.set("created", to_rfc3339(grant.created));
  json.set("last_used", to_rfc3339(grant.last_used));
  json.set("expires", to_rfc3339(grant.expires));
  if (!grant.ended_because.empty()) json.set("ended_because", grant.ended_because);
  return json;
}

Json redacted(const core::Key& key) {
  Json json = Json::object();
  json.set("kid", key.id);
  json.set("use", core::to_text(key.use));
  json.set("alg", key.algorithm);
  json.set("state", core::to_text(key.state));
  json.set("created", to_rfc3339(key.created));
  json.set("since", to_rfc3339(key.state_since));
  return json;
}

}  // namespace grantd::store
