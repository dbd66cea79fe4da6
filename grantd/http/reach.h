// Where an outgoing request may go. Who may name a URL must not turn this server against the
// network that it stands in (checklist DR-04, LO-07; CWE-918).
#pragma once

#include <string>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/http/proxies.h"

namespace grantd::http {

// Reserved, private, loopback, link-local and transition addresses are not public (IANA IPv4 and
// IPv6 Special-Purpose Address Registries).
bool is_public(const IpAddress& address);

class Reach {
 public:
  // Public addresses, and these networks beside them: "10.0.0.0/8", "127.0.0.1". The error names
  // the entry.
  static Result<Reach, std::string> public_and(const std::vector<std::string>& networks);

  // Asked of the address that a name led to, so that what DNS says later changes nothing.
  bool allows(const IpAddress& address) const {
    return is_public(address) || more_.contains(address);
  }

 private:
  NetworkList more_;
};

}  // namespace grantd::http
