// How a client proves itself, what it may ask with, and where it is answered.
#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/register/metadata.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRfc = "RFC 7591 §2";
constexpr std::string_view kOpenidRegistration = "OpenID Connect Registration §2";
constexpr std::size_t kUrisMax = 20;

enum class ApplicationType { web, native };

Result<Unit, Refusal> read_grant_types(const Members& members, Client& client) {
  // RFC 7591 §2: the default is authorization_code.
  if (!members.find("grant_types")) {
    client.grant_types = {GrantType::authorization_code};
    return Unit{};
  }
  for (const std::string& name : TRY(members.texts("grant_types"))) {
    // OAuth 2.1 §10: neither `implicit` nor `password`, nor what this server does not have
    // (checklist DR-07).
    const std::optional<GrantType> type = parse_grant_type(name);
    if (!type) {
      return fail(refuse_member(
          "grant_types", "authorization_code, refresh_token, client_credentials", kRfc, name));
    }
    if (!client.may(*type)) client.grant_types.push_back(*type);
  }
  if (client.grant_types.empty()) {
    return fail(refuse_member("grant_types", "at least one", kRfc));
  }
  return Unit{};
}

// RFC 7591 §2.1: response_types and grant_types say the same.
Result<Unit, Refusal> check_response_types(const Members& members, const Client& client) {
  const bool codes = client.may(GrantType::authorization_code);
  const std::vector<std::string> types = TRY(members.texts("response_types"));
  for (const std::string& type : types) {
    // OAuth 2.1 §4.1, RFC 9700 §2.1.2: codes alone; no token in a URL.
    if (type != "code") return fail(refuse_member("response_types", "code", kRfc, type));
  }
  if (members.find("response_types") && codes == types.empty()) {
    return fail(refuse_member("response_types",
                              "code where grant_types has authorization_code, and only there",
                              "RFC 7591 §2.1"));
  }
  return Unit{};
}

Result<Unit, Refusal> check_grant_types(const Client& client) {
  // RFC 6749 §4.4: confidential clients only.
  if (client.is_public() && client.may(GrantType::client_credentials)) {
    return fail(refuse_member("grant_types",
                              "client_credentials only with a token_endpoint_auth_method",
                              "RFC 6749 §4.4"));
  }
  if (client.may(GrantType::refresh_token) && !client.may(GrantType::authorization_code)) {
    return fail(refuse_member("grant_types", "refresh_token only with authorization_code",
                              "RFC 6749 §6"));
  }
  return Unit{};
}

// OpenID Connect Registration §2 has `web` where nothing is said. RFC 7591 does not know the
// member, and apps on devices that follow RFC 8252 leave it out, or say `web` (oidc-agent): where
// all redirect URIs lie on the device, it is native. Registration §2 forbids `web` loopback for the
// implicit flow alone; RFC 7591 §3.2.1 lets the answer say what was registered instead.
Result<ApplicationType, Refusal> read_application_type(const Members& members,
                                                       const std::vector<RedirectUri>& uris) {
  const std::optional<std::string> text = TRY(members.text("application_type"));
  if (text && *text != "web" && *text != "native") {
    return fail(refuse_member("application_type", "web or native", kOpenidRegistration, *text));
  }
  if (text == "native") return ApplicationType::native;
  const bool on_device = !uris.empty() && std::ranges::all_of(uris, [](const RedirectUri& uri) {
    return uri.is_private_use() || (uri.is_http() && uri.is_loopback());
  });
  return on_device ? ApplicationType::native : ApplicationType::web;
}

// OpenID Connect Registration §2, RFC 9700 §2.6.
Result<Unit, Refusal> check_place(const RedirectUri& uri, ApplicationType type,
                                  std::string_view member, const Policy& policy) {
  const bool http_here = uri.is_http() && uri.is_loopback();
  if (type == ApplicationType::native) {
    // RFC 8252 §7.1, §7.3: a scheme of its own, or http on loopback.
    if (uri.is_private_use() || http_here) return Unit{};
    return fail(refuse_uri(member,
                           "a scheme of the app's own or http on loopback for a native app",
                           kOpenidRegistration, uri.str()));
  }
  if (!uri.is_http() && !uri.is_private_use()) return Unit{};
  // A server for development on this computer takes apps that are there, too.
  if (http_here && policy.issuer.view().starts_with("http:")) return Unit{};
  return fail(refuse_uri(member, "https for a web app; application_type native says otherwise",
                         kOpenidRegistration, uri.str()));
}

Result<std::vector<RedirectUri>, Refusal> read_uris(const Members& members,
                                                    std::string_view member) {
  std::vector<RedirectUri> uris;
  for (const std::string& text : TRY(members.texts(member))) {
    // RFC 6749 §3.1.2: absolute, without fragment. RFC 8252 §7.1, checklist XS-02: no javascript:,
    // no data:, no scheme that browsers act on.
    const auto uri = RedirectUri::parse(text);
    if (!uri) {
      return fail(refuse_uri(member, "absolute URIs without fragment, by https, http on loopback "
                                     "or a private-use scheme with a dot",
                             "RFC 6749 §3.1.2, RFC 8252 §7.1", uri.error()));
    }
    if (std::ranges::find(uris, *uri) == uris.end()) uris.push_back(*uri);
  }
  if (uris.size() > kUrisMax) {
    return fail(refuse_uri(member, "at most " + std::to_string(kUrisMax), kRfc, ""));
  }
  return uris;
}

}  // namespace

Result<Unit, Refusal> read_grants(const Members& members, Client& client) {
  const std::optional<std::string> method = TRY(members.text("token_endpoint_auth_method"));
  // RFC 7591 §2: the default is client_secret_basic.
  const std::optional<AuthMethod> known =
      method ? parse_auth_method(*method) : AuthMethod::client_secret_basic;
  if (!known) {
    return fail(refuse_member("token_endpoint_auth_method",
                              "none, client_secret_basic, client_secret_post, private_key_jwt",
                              kRfc, *method));
  }
  client.auth_method = *known;
  TRY(read_grant_types(members, client));
  TRY(check_grant_types(client));
  return check_response_types(members, client);
}

Result<Unit, Refusal> read_redirect_uris(const Members& members, const Policy& policy,
                                         Client& client) {
  client.redirect_uris = TRY(read_uris(members, "redirect_uris"));
  client.post_logout_redirect_uris = TRY(read_uris(members, "post_logout_redirect_uris"));
  // RFC 7591 §2: flows with a redirect must register where it leads.
  if (client.may(GrantType::authorization_code) && client.redirect_uris.empty()) {
    return fail(refuse_uri("redirect_uris", "at least one", kRfc, ""));
  }
  const ApplicationType type = TRY(read_application_type(members, client.redirect_uris));
  for (const RedirectUri& uri : client.redirect_uris) {
    TRY(check_place(uri, type, "redirect_uris", policy));
  }
  for (const RedirectUri& uri : client.post_logout_redirect_uris) {
    TRY(check_place(uri, type, "post_logout_redirect_uris", policy));
  }
  client.about.set("application_type", type == ApplicationType::native ? "native" : "web");
  return Unit{};
}

}  // namespace grantd::core
