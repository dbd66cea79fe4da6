#include "grantd/store/records_json.h"

#include <algorithm>
#include <initializer_list>

#include "grantd/base/encoding.h"

namespace grantd::store {
namespace {

using core::Client;
using core::ClientSecret;
using core::Resource;

Json text_array(const std::vector<std::string>& items) {
  Json array = Json::array();
  for (const std::string& item : items) array.push_back(item);
  return array;
}

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

Json scope_document(const core::ResourceScope& scope) {
  Json texts = Json::object();
  for (const auto& [language, text] : scope.texts) {
    texts.set(language, Json::object({{"title", text.title}, {"detail", text.detail}}));
  }
  return Json::object({{"name", scope.name}, {"texts", std::move(texts)}});
}

// Reads the members of one object and keeps the first thing that was wrong.
class Members {
 public:
  Members(const Json& json, std::string what) : json_(json), what_(std::move(what)) {
    if (!json.as_object()) wrong("", "an object");
  }

  void only(std::initializer_list<std::string_view> names) {
    if (!json_.as_object()) return;
    for (const auto& [name, value] : *json_.as_object()) {
      if (std::ranges::find(names, name) == names.end()) wrong(name, "no such member");
    }
  }
  bool has(std::string_view name) const { return json_.find(name) != nullptr; }
  std::string text(std::string_view name) {
    const std::string* value = json_.find_string(name);
    if (!value) wrong(name, "a string");
    return value ? *value : std::string();
  }
  std::int64_t integer(std::string_view name) {
    const std::int64_t* value = json_.find_int(name);
    if (!value) wrong(name, "an integer");
    return value ? *value : 0;
  }
  bool flag(std::string_view name) {
    const bool* value = json_.find_bool(name);
    if (!value) wrong(name, "true or false");
    return value && *value;
  }
  Time time(std::string_view name) { return from_millis(integer(name)); }
  std::vector<std::string> texts(std::string_view name) {
    auto value = json_.find_strings(name);
    if (!value) wrong(name, "an array of strings");
    return value ? *std::move(value) : std::vector<std::string>();
  }
  const Json::Array& array(std::string_view name) {
    static const Json::Array kNone;
    const Json* value = json_.find(name);
    if (value && value->as_array()) return *value->as_array();
    wrong(name, "an array");
    return kNone;
  }
  core::ScopeSet scope(std::string_view name) {
    return take(name, core::ScopeSet::parse(text(name)), "a scope");
  }
  // A value that was parsed elsewhere; its type's default where it is missing.
  template <class T>
  T take(std::string_view name, std::optional<T> parsed, std::string_view expected) {
    if (!parsed) wrong(name, expected);
    return parsed ? *std::move(parsed) : T{};
  }
  void wrong(std::string_view name, std::string_view expected) {
    if (!error_.empty()) return;
    error_ = what_ + "." + std::string(name) + ": expected " + std::string(expected);
  }
  const std::string& error() const { return error_; }

 private:
  const Json& json_;
  std::string what_;
  std::string error_;
};

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

Result<core::ResourceScope, std::string> scope_from_json(const Json& json) {
  Members members(json, "scope");
  members.only({"name", "texts"});
  core::ResourceScope scope;
  scope.name = members.text("name");
  const Json* texts = json.find("texts");
  if (!texts || !texts->as_object()) return fail(std::string("scope.texts: expected an object"));
  for (const auto& [language, value] : *texts->as_object()) {
    Members text(value, "texts." + language);
    text.only({"title", "detail"});
    scope.texts[language] = {text.text("title"), text.text("detail")};
    if (!text.error().empty()) return fail(text.error());
  }
  if (!members.error().empty()) return fail(members.error());
  return scope;
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
  return json;
}

Json resource_members(const Resource& resource) {
  Json scopes = Json::array();
  for (const core::ResourceScope& scope : resource.scopes) scopes.push_back(scope_document(scope));
  Json introspectors = Json::array();
  for (const core::ClientId& id : resource.introspectors) introspectors.push_back(id.str());
  Json json = Json::object();
  json.set("audience", resource.audience.str());
  json.set("name", resource.name);
  json.set("scopes", std::move(scopes));
  json.set("token_format", core::to_text(resource.token_format));
  json.set("introspectors", std::move(introspectors));
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
  return json;
}

Json to_json(const Resource& resource) {
  Json json = resource_members(resource);
  json.set("token_lifetime_ms", std::int64_t{resource.token_lifetime.count()});
  return json;
}

Result<Client, std::string> client_from_json(const Json& json) {
  Members members(json, "client");
  members.only({"client_id", "client_name", "client_uri", "verified", "disabled",
                "token_endpoint_auth_method", "redirect_uris", "grant_types", "scope",
                "default_scope", "pkce", "consent", "counter", "incarnation", "created_ms",
                "secrets", "id_token_signed_response_alg", "userinfo_signed_response_alg",
                "subject_type", "sector", "token_format", "default_max_age",
                "post_logout_redirect_uris"});
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
  if (!members.error().empty()) return fail(members.error());
  return client;
}

Result<Resource, std::string> resource_from_json(const Json& json) {
  Members members(json, "resource");
  members.only(
      {"audience", "name", "scopes", "token_format", "introspectors", "token_lifetime_ms"});
  Resource resource;
  resource.audience = core::Audience(members.text("audience"));
  resource.name = members.text("name");
  for (const Json& item : members.array("scopes")) {
    resource.scopes.push_back(TRY(scope_from_json(item)));
  }
  resource.token_format = members.take(
      "token_format", core::parse_token_format(members.text("token_format")), "a token format");
  resource.token_lifetime = Duration(members.integer("token_lifetime_ms"));
  for (const std::string& id : members.texts("introspectors")) {
    resource.introspectors.emplace_back(id);
  }
  if (!members.error().empty()) return fail(members.error());
  return resource;
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
  return json;
}

Json redacted(const Resource& resource) {
  Json json = resource_members(resource);
  json.set("token_lifetime", grantd::to_text(resource.token_lifetime));
  json.set("version", static_cast<std::int64_t>(resource.version));
  return json;
}

}  // namespace grantd::store
