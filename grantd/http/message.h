// http: I speak bytes. Server, client, TLS, cookies, routing. I know no OAuth.
//
// What lives here: HTTP/1.1 over TCP and TLS with every limit that a public listener needs, and the
// loop of each I/O thread. What does not: any parameter, header or status that only OAuth gives a
// meaning; HTML; the store. Boost and OpenSSL stay in the .cc files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grantd::http {

// Header fields in order; names in lower case.
class Fields {
 public:
  void add(std::string name, std::string value);
  void set(std::string name, std::string value);  // replaces all of that name
  const std::string* find(std::string_view name) const;  // the first, or null
  std::size_t count(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method;  // as sent: "GET"
  std::string path;    // the target up to '?', not decoded
  std::string query;   // after '?', not decoded; empty where there is none
  Fields fields;
  std::string body;
  std::string peer_address;  // who asked: the TCP peer, or what a trusted proxy says of it
  bool encrypted = false;    // TLS here or, by a trusted proxy's word, before us
};

struct Reply {
  int status = 200;
  Fields fields;
  std::string body;
  bool close = false;  // close the connection after this reply
};

// The value of the cookie of that name; nothing where it is absent or sent more than once
// (a second one of the name can only be planted: checklist CK-03).
std::optional<std::string> cookie(const Request& request, std::string_view name);

// Gives the reply, once, from any thread.
using Respond = std::move_only_function<void(Reply)>;

}  // namespace grantd::http
