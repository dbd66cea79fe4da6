// The stage with OpenID Connect: apps may ask for the identity scopes, ada allowed some of them.
#pragma once

#include "tests/rules/scene.h"

namespace grantd::core {

inline const std::string kOpenidBack = " to https://app.example/cb state=xyz";
inline const std::string kOpenidCode = "code" + kOpenidBack + " scope=openid";
inline constexpr std::string_view kLoginPage = "page login 200";

inline void with_openid(Scene& scene) {
  for (Client& client : scene.facts.clients) {
    client.scope = client.scope.united(ScopeSet::of({"openid", "profile", "email", "phone"}));
  }
  for (Consent& consent : scene.facts.consents) {
    consent.scope = ScopeSet::of({"openid", "profile", "read"});
  }
  scene.user().claims = Json::object(
      {{"name", "Ada Lindqvist"}, {"email", "ada@example.org"}, {"email_verified", true}});
}

// An ID token of ada's for web that ended a year ago, as scripts keep them.
inline Json hint_claims(const Scene& scene) {
  return Json::object({{"iss", "https://auth.example"},
                       {"sub", oauth::to_text(scene.ada)},
                       {"aud", "web"},
                       {"iat", to_seconds(scene.now) - 31'536'900},
                       {"exp", to_seconds(scene.now) - 31'536'000}});
}

inline Params openid_request(std::string_view client = "web") {
  return ask(client).with("scope", "openid");
}

}  // namespace grantd::core
