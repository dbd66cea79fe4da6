// The demo API: notes of whoever the access token stands for. The API's side of the flow.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "grantd/base/result.h"

namespace grantd::app {

struct DemoApiOptions {
  std::uint16_t port = 0;
  std::string audience;  // its own URI: "http://127.0.0.1:9092"
  std::string issuer;    // whose tokens it takes
};

// GET /notes (scope notes.read) → {"notes": ["…"]}; POST /notes {"note": "…"} (notes.write) → 201.
// Without a token that it may serve: 401 or 403 with WWW-Authenticate (RFC 6750 §3). GET
// /.well-known/oauth-protected-resource: what it is and whose tokens it takes (RFC 9728).
class DemoApi {
 public:
  static Result<std::unique_ptr<DemoApi>, std::string> start(const DemoApiOptions& options);
  virtual ~DemoApi() = default;
  virtual void stop() = 0;
};

}  // namespace grantd::app
