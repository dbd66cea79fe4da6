// An HTTP request and its answer as plain values, so that any HTTP stack can carry them.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace grantd::client {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// The app sends it: verifying the certificate, following no redirect (CL-04).
struct Request {
  std::string method = "POST";
  std::string url = {};
  Parameters headers = {};  // names in lower case
  std::string body = {};    // of a POST: application/x-www-form-urlencoded
};

struct Response {
  int status = 0;
  Parameters headers = {};  // names in lower case
  std::string body = {};

  std::string_view header(std::string_view name) const {  // the first; empty where absent
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    return {};
  }
};

}  // namespace grantd::client
