// A web app that signs people in, on cpp-httplib.
//
//   web ISSUER CLIENT_ID SECRET_FILE PORT
//
// Registered with the redirect URI http://127.0.0.1:PORT/callback. Behind TLS, say https there and
// add Secure to the cookies.
#include <grantd/base/encoding.h>
#include <grantd/client/client.h>
#include <httplib.h>

#include <fstream>
#include <iostream>
#include <optional>
#include <string>

#include "browsers.h"

namespace client = grantd::client;

// The value of that cookie; empty where there is none.
std::string cookie(const httplib::Request& request, const std::string& name) {
  return cookie_in(request.get_header_value("Cookie"), name);
}

void show(httplib::Response& response, const std::string& text) {
  response.set_content("<!doctype html><title>Example</title><p>" + text, "text/html");
}

void fail(httplib::Response& response, const client::FlowError& error) {
  std::cerr << error.message() << '\n';
  response.status = 400;
  show(response, "That did not work. <a href=\"/start\">Try again</a>");
}

int main(int count, char** values) {
  if (count != 5) {
    std::cerr << "usage: web ISSUER CLIENT_ID SECRET_FILE PORT\n";
    return 2;
  }
  const std::string port = values[4];
  std::string secret;
  std::getline(std::ifstream(values[3]), secret);
  client::Client app({.issuer = values[1],
                      .client_id = values[2],
                      .client_secret = grantd::Secret(secret),
                      .redirect_uri = "http://127.0.0.1:" + port + "/callback",
                      .scope = "openid profile"});
  Kept<client::Pending> flows;      // begun, each for the browser that began it
  Kept<client::Session> sessions;  // of who is signed in

  httplib::Server server;
  server.Get("/", [&](const httplib::Request& request, httplib::Response& response) {
    const auto session = sessions.find(cookie(request, "session"));
    if (!session) return show(response, "<a href=\"/start\">Sign in</a>");
    show(response, "Hello " + grantd::html_escape(session->subject));
  });
  server.Get("/start", [&](const httplib::Request&, httplib::Response& response) {
    auto started = app.start();
    if (!started) return fail(response, started.error());
    const std::string id = flows.keep(std::move(started->pending));
    response.set_header("Set-Cookie", "flow=" + id + kCookie);
    response.set_redirect(started->url, 303);
  });
  server.Get("/callback", [&](const httplib::Request& request, httplib::Response& response) {
    // Taken out: an answer counts once, and only for the browser that asked.
    auto pending = flows.take(cookie(request, "flow")).value_or(client::Pending());
    const std::string query = request.target.substr(request.target.find('?') + 1);
    auto session = app.finish(std::move(pending), query);
    if (!session) return fail(response, session.error());
    // A new cookie: whoever knew the one before has no part in this.
    response.set_header("Set-Cookie", "session=" + sessions.keep(*std::move(session)) + kCookie);
    response.set_redirect("/", 303);
  });
  return server.listen("127.0.0.1", std::stoi(port)) ? 0 : 1;
}
