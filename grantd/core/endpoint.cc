#include "grantd/core/endpoint.h"

#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

bool takes(const Endpoint& endpoint, std::string_view method) {
  std::string_view rest = endpoint.allow;
  for (;;) {
    const std::string_view each = rest.substr(0, rest.find(','));
    if (trim(each) == method) return true;
    if (each.size() == rest.size()) return false;
    rest.remove_prefix(each.size() + 1);
  }
}

}  // namespace

Read read(const Endpoint& endpoint, const RawRequest& request, const House& house,
          const Keyring& keys) {
  if (endpoint.cross_origin && request.method == "OPTIONS") {
    return Decision{.outcome = AllowCrossOrigin{std::string(endpoint.allow)}};
  }
  if (!takes(endpoint, request.method)) {
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
