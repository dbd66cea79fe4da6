#include "grantd/core/endpoint.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::core {

Read read(const Endpoint& endpoint, const RawRequest& request, const House& house,
          const Keyring& keys) {
  if (endpoint.cross_origin && request.method == "OPTIONS") {
    return Decision{.outcome = AllowCrossOrigin{std::string(endpoint.allow)}};
  }
  const bool takes = std::ranges::any_of(split(endpoint.allow, ','), [&](std::string_view method) {
    return trim(method) == request.method;
  });
  if (!takes) {
    return Decision{.outcome = MethodNotAllowed{std::string(endpoint.allow), endpoint.person}};
  }
  return endpoint.read(request, house, keys);
}

}  // namespace grantd::core
