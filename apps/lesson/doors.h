// The other parties: APIs that check a token at their door, and Harbour, a second authorization
// server that Rook runs.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "apps/lesson/listener.h"
#include "grantd/base/time.h"
#include "grantd/guard/check_token.h"
#include "grantd/jose/jwks.h"

namespace grantd::lesson {

struct DoorRoute {
  std::string method, path, scope;
  std::string body;  // of the answer: JSON
};

struct DoorOptions {
  std::string name;  // the realm
  std::string issuer;
  std::string audience;
  std::vector<DoorRoute> routes;
  // For "asks the server": who it is there.
  std::string client_id, client_secret;
  std::function<Time()> now;
};

// An API. Checks by itself (guard/check_token.h), or asks by introspection (RFC 7662).
class Door {
 public:
  Door(Listener& listener, DoorOptions options);
  void ask_the_server(bool asks) { asks_ = asks; }

 private:
  http::Reply answer(const http::Request& request);
  Result<Unit, guard::TokenError> judge(const http::Request& request, const std::string& scope);
  Result<Unit, guard::TokenError> ask(const std::string& token) const;
  Result<jose::KeySet, std::string> keys();

  const DoorOptions options_;
  std::atomic<bool> asks_ = false;
  std::mutex mutex_;
  std::optional<jose::KeySet> keys_;
};

// Sends whoever signs in there on to the real server with Postcard's public name, and takes what is
// posted to its token endpoint.
class Harbour {
 public:
  Harbour(Listener& listener, std::string issuer);

 private:
  http::Reply answer(const http::Request& request) const;
  const std::string issuer_;
};

}  // namespace grantd::lesson
