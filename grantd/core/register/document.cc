#include "grantd/core/register/document.h"

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

template <class Items, class Text>
Json list(const Items& items, Text text) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(text(item));
  return out;
}

Json list_of(const std::vector<RedirectUri>& uris) {
  return list(uris, [](const RedirectUri& uri) { return uri.str(); });
}

void add_keys(Json& document, const Client& client) {
  if (!client.jwks.empty()) {
    const auto jwks = Json::parse(client.jwks);
    CHECK(jwks.has_value());  // checked before it was kept
    document.set("jwks", *jwks);
  }
  if (!client.jwks_uri.empty()) document.set("jwks_uri", client.jwks_uri);
  if (client.assertion_algorithm) {
    document.set("token_endpoint_auth_signing_alg", jose::name_of(*client.assertion_algorithm));
  }
  if (client.request_object_algorithm) {
    document.set("request_object_signing_alg", jose::name_of(*client.request_object_algorithm));
  }
  if (client.require_request_object) document.set("require_signed_request_object", true);
  if (!client.request_uris.empty()) {
    document.set("request_uris",
                 list(client.request_uris, [](const std::string& uri) { return uri; }));
  }
}

void add_channel(Json& document, const std::string& name, const LogoutChannel& channel) {
  if (channel.uri.empty()) return;
  document.set(name + "_uri", channel.uri);
  document.set(name + "_session_required", channel.session_required);
}

void add_openid(Json& document, const Client& client) {
  document.set("id_token_signed_response_alg", jose::name_of(client.id_token_algorithm));
  if (client.userinfo_algorithm) {
    document.set("userinfo_signed_response_alg", jose::name_of(*client.userinfo_algorithm));
  }
  document.set("subject_type", to_text(client.subject_type));
  if (client.default_max_age) {
    document.set("default_max_age",
                 std::int64_t{client.default_max_age->count() / 1000});
  }
  if (!client.post_logout_redirect_uris.empty()) {
    document.set("post_logout_redirect_uris", list_of(client.post_logout_redirect_uris));
  }
  add_channel(document, "backchannel_logout", client.backchannel_logout);
  add_channel(document, "frontchannel_logout", client.frontchannel_logout);
}

}  // namespace

Json client_document(const Client& client, std::string_view client_secret,
                     std::string_view registration_access_token, const Policy& policy) {
  Json document = Json::object({{"client_id", client.id.str()}});
  document.set("client_id_issued_at", std::int64_t{to_millis(client.created) / 1000});
  if (!client_secret.empty()) {
    document.set("client_secret", client_secret);
    document.set("client_secret_expires_at", 0);  // RFC 7591 §3.2.1: never
  }
  document.set("registration_access_token", registration_access_token);
  document.set("registration_client_uri",
               policy.url_of("/register") + "?client_id=" + percent_encode(client.id.view()));
  document.set("client_name", client.name);
  document.set("redirect_uris", list_of(client.redirect_uris));
  document.set("grant_types", list(client.grant_types, [](GrantType type) {
                 return std::string(to_text(type));
               }));
  document.set("response_types", client.may(GrantType::authorization_code)
                                     ? Json::array({"code"})
                                     : Json::array());
  document.set("token_endpoint_auth_method", to_text(client.auth_method));
  document.set("scope", client.scope.to_text());
  add_keys(document, client);
  add_openid(document, client);
  for (const auto& [name, value] : *client.about.as_object()) document.set(name, value);
  return document;
}

}  // namespace grantd::core
