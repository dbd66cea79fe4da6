// The document of a client.
#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/store/json_members.h"
#include "grantd/store/records_json.h"

namespace grantd::store {
namespace {

using core::Client;
using core::ClientSecret;

Json secret_document(const ClientSecret& secret) {
  Json json = Json::object();
  if (secret.sha256) {
    json.set("sha256", base64url_encode(*secret.sha256));
  } else {
    json.set("argon2id", secret.argon2id);
  }
  json.set("created_ms", to_millis(secret.created));
  if (secret.expires) json.set("expires_ms", to_millis(*secret.expires));
  return json;
}

std::optional<Hash256> parse_hash(std::string_view text) {
  const auto bytes = base64url_decode(text);
  if (!bytes || bytes->size() != Hash256{}.size()) return std::nullopt;
  Hash256 hash;
  std::ranges::copy(*bytes, hash.begin());
  return hash;
}

Result<ClientSecret, std::string> secret_from_json(const Json& json) {
  Members members(json, "secret");
  members.only({"sha256", "argon2id", "created_ms", "expires_ms"});
  ClientSecret secret;
  if (members.has("sha256")) {
    secret.sha256 = members.take("sha256", parse_hash(members.text("sha256")), "32 bytes");
  } else {
    secret.argon2id = members.text("argon2id");
  }
  secret.created = members.time("created_ms");
  if (members.has("expires_ms")) secret.expires = members.time("expires_ms");
  if (!members.error().empty()) return fail(members.error());
  return secret;
}

Result<std::vector<core::RedirectUri>, std::string> uris_from_json(Members& members,
                                                                   std::string_view name) {
  std::vector<core::RedirectUri> uris;
  for (const std::string& text : members.texts(name)) {
    auto uri = core::RedirectUri::parse(text);
    if (!uri) return fail("client." + std::string(name) + ": " + uri.error());
    uris.push_back(*std::move(uri));
  }
  return uris;
}

// OpenID Connect Dynamic Client Registration §2.
void read_openid_members(Members& members, Client& client) {
  const auto algorithm = [&](std::string_view name) {
    return members.take(name, jose::algorithm_named(members.text(name)), "an algorithm");
  };
  client.id_token_algorithm = algorithm("id_token_signed_response_alg");
  if (members.has("userinfo_signed_response_alg")) {
    client.userinfo_algorithm = algorithm("userinfo_signed_response_alg");
  }
  client.subject_type = members.take(
      "subject_type", core::parse_subject_type(members.text("subject_type")), "a subject type");
  if (members.has("sector")) client.sector = members.text("sector");
  if (members.has("token_format")) {
    client.token_format = members.take(
        "token_format", core::parse_token_format(members.text("token_format")), "a token format");
  }
  if (members.has("default_max_age")) {
    client.default_max_age = std::chrono::seconds(members.integer("default_max_age"));
  }
}

core::LogoutChannel read_logout_channel(Members& members, const std::string& name) {
  core::LogoutChannel channel;
  if (!members.has(name + "_uri")) return channel;
  channel.uri = members.text(name + "_uri");
  channel.session_required = members.flag(name + "_session_required");
  return channel;
}

// Keys of its own, what they sign, and where it hears of logouts.
void read_key_members(Members& members, Client& client) {
  const auto algorithm = [&](std::string_view name) -> std::optional<jose::Algorithm> {
    if (!members.has(name)) return {};
    return members.take(name, jose::algorithm_named(members.text(name)), "an algorithm");
  };
  if (members.has("jwks")) client.jwks = members.text("jwks");
  if (members.has("jwks_uri")) client.jwks_uri = members.text("jwks_uri");
  client.assertion_algorithm = algorithm("token_endpoint_auth_signing_alg");
  if (members.has("assertion_audience")) {
    client.assertion_audience = members.take(
        "assertion_audience", core::parse_assertion_audience(members.text("assertion_audience")),
        "an audience policy");
  }
  client.request_object_algorithm = algorithm("request_object_signing_alg");
  if (members.has("require_signed_request_object")) {
    client.require_request_object = members.flag("require_signed_request_object");
  }
  if (members.has("request_uris")) client.request_uris = members.texts("request_uris");
  client.backchannel_logout = read_logout_channel(members, "backchannel_logout");
  client.frontchannel_logout = read_logout_channel(members, "frontchannel_logout");
}

void read_registration_members(const Json& json, Members& members, Client& client) {
  if (const Json* about = json.find("about")) client.about = *about;
  if (!members.has("registration_token_sha256")) return;
  client.self_registration = core::SelfRegistration{
      .token_hash = members.take("registration_token_sha256",
                                 parse_hash(members.text("registration_token_sha256")), "32 bytes"),
      .used = members.flag("used"),
      .unused_until = members.time("unused_until_ms")};
}

std::vector<std::string> grant_type_names(const Client& client) {
  std::vector<std::string> names;
  for (const core::GrantType type : client.grant_types) names.emplace_back(core::to_text(type));
  return names;
}

std::vector<std::string> uri_texts(const std::vector<core::RedirectUri>& uris) {
  std::vector<std::string> texts;
  for (const core::RedirectUri& uri : uris) texts.push_back(uri.str());
  return texts;
}

void add_logout_channel(Json& json, const std::string& name, const core::LogoutChannel& channel) {
  if (channel.uri.empty()) return;
  json.set(name + "_uri", channel.uri);
  json.set(name + "_session_required", channel.session_required);
}

void add_key_members(Json& json, const Client& client) {
  if (!client.jwks.empty()) json.set("jwks", client.jwks);
  if (!client.jwks_uri.empty()) json.set("jwks_uri", client.jwks_uri);
  if (client.assertion_algorithm) {
    json.set("token_endpoint_auth_signing_alg", jose::name_of(*client.assertion_algorithm));
  }
  if (client.auth_method == core::AuthMethod::private_key_jwt) {
    json.set("assertion_audience", core::to_text(client.assertion_audience));
  }
  if (client.request_object_algorithm) {
    json.set("request_object_signing_alg", jose::name_of(*client.request_object_algorithm));
  }
  if (client.require_request_object) json.set("require_signed_request_object", true);
  if (!client.request_uris.empty()) json.set("request_uris", text_array(client.request_uris));
  add_logout_channel(json, "backchannel_logout", client.backchannel_logout);
  add_logout_channel(json, "frontchannel_logout", client.frontchannel_logout);
  if (!client.about.as_object()->empty()) json.set("about", client.about);
}

// What document and display share.
Json client_members(const Client& client) {
  Json json = Json::object();
  json.set("client_id", client.id.str());
  json.set("client_name", client.name);
  json.set("client_uri", client.home_uri);
  json.set("verified", client.verified);
  json.set("disabled", client.disabled);
  json.set("token_endpoint_auth_method", core::to_text(client.auth_method));
  json.set("redirect_uris", text_array(uri_texts(client.redirect_uris)));
  json.set("grant_types", text_array(grant_type_names(client)));
  json.set("scope", client.scope.to_text());
  json.set("default_scope", client.default_scope.to_text());
  json.set("pkce", core::to_text(client.pkce));
  json.set("consent", core::to_text(client.consent));
  json.set("counter", static_cast<std::int64_t>(client.counter));
  json.set("id_token_signed_response_alg", jose::name_of(client.id_token_algorithm));
  if (client.userinfo_algorithm) {
    json.set("userinfo_signed_response_alg", jose::name_of(*client.userinfo_algorithm));
  }
  json.set("post_logout_redirect_uris", text_array(uri_texts(client.post_logout_redirect_uris)));
  json.set("subject_type", core::to_text(client.subject_type));
  if (!client.sector.empty()) json.set("sector", client.sector);
  if (client.token_format) json.set("token_format", core::to_text(*client.token_format));
  if (client.default_max_age) {
    json.set("default_max_age", std::int64_t{client.default_max_age->count() / 1000});
  }
  add_key_members(json, client);
  return json;
}

}  // namespace

Json to_json(const Client& client) {
  Json secrets = Json::array();
  for (const ClientSecret& secret : client.secrets) secrets.push_back(secret_document(secret));
  Json json = client_members(client);
  json.set("incarnation", base64url_encode(client.incarnation.view()));
  json.set("created_ms", to_millis(client.created));
  json.set("secrets", std::move(secrets));
  if (client.self_registration) {
    json.set("registration_token_sha256", base64url_encode(client.self_registration->token_hash));
    json.set("used", client.self_registration->used);
    json.set("unused_until_ms", to_millis(client.self_registration->unused_until));
  }
  return json;
}

Result<Client, std::string> client_from_json(const Json& json) {
  Members members(json, "client");
  members.only({"client_id", "client_name", "client_uri", "verified", "disabled",
                "token_endpoint_auth_method", "redirect_uris", "grant_types", "scope",
                "default_scope", "pkce", "consent", "counter", "incarnation", "created_ms",
                "secrets", "id_token_signed_response_alg", "userinfo_signed_response_alg",
                "subject_type", "sector", "token_format", "default_max_age",
                "post_logout_redirect_uris", "jwks", "jwks_uri", "token_endpoint_auth_signing_alg",
                "assertion_audience", "request_object_signing_alg",
                "require_signed_request_object", "request_uris", "backchannel_logout_uri",
                "backchannel_logout_session_required", "frontchannel_logout_uri",
                "frontchannel_logout_session_required", "about", "registration_token_sha256",
                "used", "unused_until_ms"});
  Client client;
  client.id = core::ClientId(members.text("client_id"));
  client.name = members.text("client_name");
  client.home_uri = members.text("client_uri");
  client.verified = members.flag("verified");
  client.disabled = members.flag("disabled");
  client.auth_method =
      members.take("token_endpoint_auth_method",
                   core::parse_auth_method(members.text("token_endpoint_auth_method")), "a method");
  client.redirect_uris = TRY(uris_from_json(members, "redirect_uris"));
  client.post_logout_redirect_uris = TRY(uris_from_json(members, "post_logout_redirect_uris"));
  for (const std::string& text : members.texts("grant_types")) {
    client.grant_types.push_back(
        members.take("grant_types", core::parse_grant_type(text), "grant types"));
  }
  client.scope = members.scope("scope");
  client.default_scope = members.scope("default_scope");
  client.pkce = members.take("pkce", core::parse_pkce_policy(members.text("pkce")), "a policy");
  client.consent =
      members.take("consent", core::parse_consent_policy(members.text("consent")), "a policy");
  client.counter = static_cast<core::Counter>(members.integer("counter"));
  client.incarnation =
      members.take("incarnation", oauth::parse_id<core::Incarnation>(members.text("incarnation")),
                   "8 bytes of base64url");
  client.created = members.time("created_ms");
  for (const Json& item : members.array("secrets")) {
    client.secrets.push_back(TRY(secret_from_json(item)));
  }
  read_openid_members(members, client);
  read_key_members(members, client);
  read_registration_members(json, members, client);
  if (!members.error().empty()) return fail(members.error());
  return client;
}

Json redacted(const Client& client) {
  Json secrets = Json::array();
  for (const ClientSecret& secret : client.secrets) {
    Json shown = Json::object();
    shown.set("kind", secret.sha256 ? "generated" : "imported");
    shown.set("created", to_rfc3339(secret.created));
    if (secret.expires) shown.set("expires", to_rfc3339(*secret.expires));
    secrets.push_back(std::move(shown));
  }
  Json json = client_members(client);
  json.set("created", to_rfc3339(client.created));
  json.set("version", static_cast<std::int64_t>(client.version));
  json.set("secrets", std::move(secrets));
  if (client.self_registration) {
    json.set("self_registered", true);
    json.set("used", client.self_registration->used);
  }
  return json;
}

}  // namespace grantd::store
