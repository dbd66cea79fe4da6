// An app: asks for a code, exchanges it, refreshes, revokes. Proves itself as it is registered.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>

#include "grantd/base/json.h"
#include "tests/flows/browser.h"

namespace grantd::flows {

// What the token or revocation endpoint answered.
struct Reply {
  int status = 0;
  http::Fields fields;
  std::string body;
  Json json;

  std::string text(std::string_view member) const;
  std::string access() const { return text("access_token"); }
  std::string refresh() const { return text("refresh_token"); }
  // "200", "400 invalid_grant"
  std::string gist() const;
};
std::ostream& operator<<(std::ostream& out, const Reply& reply);

class App {
 public:
  // One of the cast (house.h), with its own way to prove itself.
  App(House& house, std::string id);

  // Draws a new state and verifier; path and query of the authorization request. `extra`: more
  // parameters.
  std::string ask(const Fields& extra = {});
  // The form that exchanges the code of a callback. Fails the test where state or iss (RFC 9207
  // §2.4) are not what they must be.
  Fields exchange_form(const Answer& back) const;
  Reply exchange(const Answer& back) { return token(exchange_form(back)); }
  Reply refresh(std::string_view refresh_token, std::string_view scope = {});
  Reply revoke(std::string_view token);
  // With the client's authentication added.
  Reply token(const Fields& form) { return send("/token", form); }
  Reply send(std::string_view path, Fields form);

  const std::string id;
  std::string secret;        // of a confidential one
  std::string redirect_uri;  // empty: left out
  std::string scope = "read";  // empty: left out
  bool pkce = true;
  bool sends_state = true;
  std::string state, verifier;  // of the last ask()

 private:
  House& house_;
  core::AuthMethod method_;
};

// The claims of an access token that one of the keys of /jwks signed; null where none did.
Json claims_of(House& house, std::string_view access_token);

}  // namespace grantd::flows
