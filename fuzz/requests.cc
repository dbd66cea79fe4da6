// Every endpoint's `read`, then `decide` with facts that the input chooses: no crash, and who has
// proved nothing writes nothing (DESIGN §1.2, 1).
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "grantd/base/check.h"
#include "grantd/core/features.h"

using namespace grantd;
using namespace grantd::core;

namespace {

struct Scene {
  Features features;
  House house;
  Keyring keys;
  std::shared_ptr<const Client> client;
  std::shared_ptr<const Resources> resources;

  Scene() {
    house.policy.issuer = keys.issuer = oauth::Issuer("https://auth.example.com");
    house.policy.dummy_password = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaA";
    house.policy.userinfo.audience = Audience(keys.issuer.str());
    keys.pairwise = Secret(ByteView(Bytes(32, 0x9a)));
    house.features = &features;
    keys.complete = true;
    house.policy.registration.mode = RegistrationPolicy::Mode::open;
    house.policy.registration.scope = *ScopeSet::parse("openid");
    std::uint32_t id = 1;
    for (const KeyUse use : {KeyUse::seal_front, KeyUse::seal_refresh}) {
      keys.seal_keys.push_back(
          {id++, use, KeyState::current, Secret(std::string(32, static_cast<char>('k')))});
    }
    Client app;
    app.id = ClientId("app");
    app.auth_method = AuthMethod::none;
    app.redirect_uris = {*RedirectUri::parse("https://app.example/cb")};
    app.grant_types = {GrantType::authorization_code, GrantType::refresh_token};
    app.scope = *ScopeSet::parse("openid read view");
    client = std::make_shared<const Client>(app);
    Resource api, other;
    api.audience = Audience("https://api.example");
    api.scopes = {{"read", {}}};
    other.audience = Audience("https://other.example");
    other.scopes = {{"view", {}}};
    resources = std::make_shared<const Resources>(Resources{api, other});
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Scene scene;
  if (size < 2) return 0;
  const Endpoint& endpoint =
      scene.features.endpoints()[data[0] % scene.features.endpoints().size()];
  const std::string_view text(reinterpret_cast<const char*>(data + 2), size - 2);

  RawRequest request;
  request.method = (data[1] & 1) != 0 ? "POST" : "GET";
  request.content_type =
      (data[1] & 8) != 0 ? "application/json" : "application/x-www-form-urlencoded";
  request.address = "192.0.2.1";
  const std::size_t half = text.find('\n');
  (request.method == "POST" ? request.body : request.query) = text.substr(0, half);
  if (half != std::string_view::npos) request.authorization = text.substr(half + 1);
  if ((data[1] & 2) != 0) request.session_cookie = std::string(text);
  if ((data[1] & 4) != 0) request.browser_cookie = std::string(text);

  Read read = core::read(endpoint, request, scene.house, scene.keys);
  if (const auto* decision = std::get_if<Decision>(&read)) {
    CHECK(decision->changes.empty());
    return 0;
  }
  const auto* one = std::get_if<std::unique_ptr<Case>>(&read);
  if (!one) return 0;
  const Wanted wanted = (*one)->wants();
  Found found;
  if (wanted.client && *wanted.client == scene.client->id) found.client = scene.client;
  found.resources = scene.resources;
  const Verdict verdict = (*one)->decide(found, Moment{from_seconds(1'800'000'000), {}});
  // The one exception: open registration, capped by address and in all (DESIGN §1.2, 1).
  const bool registers = endpoint.name == "register" && request.method == "POST";
  if (const auto* decision = std::get_if<Decision>(&verdict)) {
    CHECK(decision->changes.empty() || (registers && decision->changes.size() == 1));
  }
  return 0;
}
