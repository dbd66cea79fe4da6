// Registrations for the rule tables: one that is right, and what is done with it.
#pragma once

#include "tests/rules/scene.h"

namespace grantd::core {

// The least that a web app says: its redirect URI.
inline Json web_app() {
  return Json::object({{"redirect_uris", Json::array({"https://app.example/cb"})}});
}

inline Sent registration(const Json& document) {
  Sent sent{.path = "/register", .method = "POST"};
  sent.body = document.dump();
  sent.content_type = "application/json";
  return sent;
}

inline Client put_client(const Decision& decision) {
  for (const Change& change : decision.changes) {
    if (const auto* put = std::get_if<PutClient>(&change)) return put->client;
  }
  ADD_FAILURE() << gist(decision);
  return {};
}

// A client that is registered, and what it was told.
struct Registered {
  std::string id;
  std::string token;
  Json said;
};
inline Registered register_app(Scene& scene, const Json& document) {
  const Decision decision = scene.decide(registration(document));
  Client client = put_client(decision);
  client.version = 1;
  scene.facts.clients.push_back(client);
  const Json& said = std::get<SendJson>(decision.outcome).body;
  return {client.id.str(), *said.find_string("registration_access_token"), said};
}

inline Sent manage(std::string method, const Registered& app, const Json& document = {}) {
  Sent sent{.path = "/register", .method = std::move(method)};
  sent.query = app.id.empty() ? "" : "client_id=" + app.id;
  sent.authorization = "Bearer " + app.token;
  if (sent.method == "PUT") {
    sent.body = document.dump();
    sent.content_type = "application/json";
  }
  return sent;
}

}  // namespace grantd::core
