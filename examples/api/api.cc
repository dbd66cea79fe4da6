// An API behind a guard, on cpp-httplib: GET /notes, for who brings an access token with the scope
// notes.read.
//
//   api ISSUER AUDIENCE PORT
#include <grantd/guard/guard.h>
#include <httplib.h>

#include <cstdlib>
#include <iostream>
#include <string>

namespace guard = grantd::guard;

// All of them, joined: a request with two tokens is refused.
std::string authorization_of(const httplib::Request& request) {
  std::string joined;
  for (std::size_t i = 0; i < request.get_header_value_count("Authorization"); ++i) {
    joined += (i == 0 ? "" : ", ") + request.get_header_value("Authorization", i);
  }
  return joined;
}

void refuse(const guard::Refusal& refusal, httplib::Response& response) {
  std::cerr << refusal.status << ": " << refusal.reason << '\n';
  response.status = refusal.status;
  for (const auto& [name, value] : refusal.fields()) response.set_header(name.c_str(), value);
  response.body = refusal.body;
}

int main(int count, char** values) {
  if (count != 4) {
    std::cerr << "usage: api ISSUER AUDIENCE PORT\n";
    return 2;
  }
  guard::Guard door({.issuer = values[1],
                     .audience = values[2],
                     .scopes_supported = {"notes.read"},
                     .name = "Notes"});

  httplib::Server server;
  server.Get("/notes", [&](const httplib::Request& request, httplib::Response& response) {
    static const auto kRead = guard::Need::of("notes.read");
    const auto token = door.check(authorization_of(request), kRead);
    if (!token) return refuse(token.error(), response);
    response.set_content("The notes of " + (*token)->subject + "\n", "text/plain");
  });
  // Where apps learn whose tokens this API takes (RFC 9728).
  if (const auto& metadata = door.metadata()) {
    server.Get(metadata->path, [&](const httplib::Request&, httplib::Response& response) {
      response.set_content(metadata->text, "application/json");
    });
  }
  return server.listen("127.0.0.1", std::atoi(values[3])) ? 0 : 1;
}
