// What an API says when it refuses (RFC 9110 §11.6.1, RFC 6750 §3, RFC 9470). Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grantd/client/message.h"

namespace grantd::client {

struct Challenge {
  std::string scheme;     // as written: "Bearer"
  Parameters parameters;  // names in lower case, values unquoted

  std::string_view get(std::string_view name) const;  // empty where absent
};

// The challenges of a WWW-Authenticate field; what cannot be read is left out.
std::vector<Challenge> read_challenges(std::string_view field);

// A challenge in words, one printable line: what the API wants, and what to do.
std::string explain(const Challenge& challenge);

}  // namespace grantd::client
