#include "tests/flows/cast.h"

#include "grantd/base/random.h"
#include "grantd/server/passwords.h"
#include "tests/flows/house.h"

namespace grantd::flows {
namespace {

using enum core::AuthMethod;
using enum core::GrantType;
using core::Client;
using core::ScopeSet;

Client make_client(std::string id, core::AuthMethod method,
                   std::initializer_list<std::string_view> redirect_uris,
                   std::vector<core::GrantType> grants = {authorization_code, refresh_token}) {
  Client client;
  client.id = core::ClientId(id);
  client.incarnation = core::Incarnation(random_bytes<8>());
  client.name = "The app " + id;
  client.auth_method = method;
  if (method != none) client.secrets.push_back({.sha256 = sha256(id + "-secret")});
  for (const std::string_view text : redirect_uris) {
    client.redirect_uris.push_back(core::RedirectUri::parse(text).value());
  }
  client.grant_types = std::move(grants);
  client.scope = ScopeSet::parse("read write view offline_access").value();
  client.default_scope = ScopeSet::parse("read").value();
  return client;
}

std::vector<Client> make_clients() {
  std::vector<Client> clients;
  clients.push_back(make_client("web", client_secret_basic, {kAppUri}));
  clients.push_back(make_client("other", client_secret_basic, {kAppUri}));
  clients.push_back(make_client("post", client_secret_post, {kAppUri}));
  clients.push_back(make_client("classic", client_secret_post, {kAppUri}));
  clients.back().pkce = core::PkcePolicy::optional;
  clients.push_back(make_client("native", none, {"http://127.0.0.1/cb", "http://[::1]/cb"}));
  clients.push_back(make_client("mobile", none, {"com.example.app:/cb"}));
  clients.push_back(make_client("spa", none, {kAppUri}));
  clients.push_back(make_client("own", none, {kAppUri}));
  clients.back().consent = core::ConsentPolicy::implied;
  clients.push_back(make_client("once", client_secret_basic, {kAppUri}, {authorization_code}));
  clients.push_back(make_client("robot", client_secret_basic, {}, {client_credentials}));
  return clients;
}

core::Resource make_resource(std::string audience, std::initializer_list<std::string> scopes) {
  core::Resource resource;
  resource.audience = core::Audience(std::move(audience));
  resource.name = "an API";
  for (const std::string& name : scopes) {
    resource.scopes.push_back({name, {{"en", {name, ""}}, {"de", {name + " (de)", ""}}}});
  }
  return resource;
}

core::User make_user(std::string login, std::string name, Time now) {
  core::User user;
  user.id = oauth::make_id<core::SubjectId>(random_bytes<16>());
  user.login = std::move(login);
  user.created = now;
  user.password = server::hash_password(Secret(kPassword), {8, 1});
  user.claims = Json::object({{"name", std::move(name)}});
  return user;
}

}  // namespace

core::Changes make_cast(Time now) {
  core::Changes changes;
  for (Client& client : make_clients()) {
    client.created = now;
    changes.push_back(core::PutClient{std::move(client)});
  }
  changes.push_back(core::PutResource{make_resource("https://notes.example", {"read", "write"})});
  changes.push_back(core::PutResource{make_resource("https://photos.example", {"view"})});
  changes.push_back(core::PutUser{make_user("ada", "Ada", now)});
  changes.push_back(core::PutUser{make_user("bob", "Bob", now)});
  return changes;
}

}  // namespace grantd::flows
