// The registry: which endpoints, grants and client authentications there are. Built once from the
// configuration; what is off is not in it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/core/endpoint.h"
#include "grantd/core/token/grant.h"

namespace grantd::core {

class Features {
 public:
  // `off`: names of endpoints and grants that the deployment does without.
  explicit Features(const std::set<std::string>& off = {});

  // By the path below the issuer's; null: there is none.
  const Endpoint* endpoint(std::string_view path) const;
  const GrantRow* grant(GrantType type) const;
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }
  const std::vector<GrantRow>& grants() const { return grants_; }

  // RFC 8414 §2, without scopes_supported (the APIs' business).
  Json metadata(const Policy& policy) const;

 private:
  std::vector<Endpoint> endpoints_;
  std::vector<GrantRow> grants_;
};

}  // namespace grantd::core
