// The five steps of a request, as the driver sees them: read → gather → decide → commit → answer.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grantd/core/decision.h"
#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/policy.h"
#include "grantd/core/raw.h"
#include "grantd/core/sealed/keyring.h"
#include "grantd/core/wanted.h"

namespace grantd::core {

class Features;

// What every step may know. Outlives the request.
struct House {
  Policy policy;
  const Features* features = nullptr;
};

// A request that was read: it says what it wants, then judges.
class Case {
 public:
  virtual ~Case() = default;
  virtual Wanted wants() const = 0;
  // Pure. Asked again, with more facts, after an Ask or a lost race.
  virtual Verdict decide(const Found& found, const Moment& moment) const = 0;
};

// Read already decides where the bytes are no request; sealed by a key that is not in the ring,
// the driver reloads the keys once and reads again.
struct UnknownKey {};
using Read = std::variant<std::unique_ptr<Case>, Decision, UnknownKey>;

struct Endpoint {
  std::string_view name;  // "token"
  std::string_view path;  // below the issuer's path: "/token"
  std::string_view allow;  // methods: "POST" or "GET, POST"
  bool person = false;    // answers with pages (else JSON)
  Read (*read)(const RawRequest& request, const House& house, const Keyring& keys) = nullptr;
  bool cross_origin = false;  // apps that run in a browser call it (core/cross_origin.h)
};

// The first step. A method that the endpoint does not take is refused before anything else of the
// request is looked at (RFC 9110 §15.5.6; checklist TK-01).
Read read(const Endpoint& endpoint, const RawRequest& request, const House& house,
          const Keyring& keys);

}  // namespace grantd::core
