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
    Decision decision{.outcome = MethodNotAllowed{std::string(endpoint.allow), endpoint.person}};
    decision.reasons.push_back(Reason{.rule = "endpoint",
                                      .citation = "RFC 9110 §15.5.6",
                                      .text = "this endpoint takes another method",
                                      .expected = std::string(endpoint.allow),
                                      .found = printable(request.method),
                                      .repair = {"send the request by " +
                                                 std::string(endpoint.allow)}});
    decision.event = "request_refused";
    return decision;
  }
  return endpoint.read(request, house, keys);
}

}  // namespace grantd::core
