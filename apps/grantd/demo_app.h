// The demo app: signs a person in at grantd and shows what the demo API answers. The app's side of
// the flow, as a confidential client with PKCE.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "grantd/base/result.h"
#include "grantd/server/pages.h"

namespace grantd::app {

struct DemoAppOptions {
  std::uint16_t port = 0;
  std::string uri;          // its own: "http://127.0.0.1:9091"
  std::string api;          // "http://127.0.0.1:9092"
  std::string issuer;       // where it sends people to sign in
  std::string lesson;       // where the flow is taught; empty: nowhere
  std::string secret_file;  // read anew for each use: a new secret needs no restart
  std::shared_ptr<const server::Pages> pages;
};

// GET / (what this is), /start (begins the flow), /callback (ends it), /notes (what the API says).
class DemoApp {
 public:
  static Result<std::unique_ptr<DemoApp>, std::string> start(DemoAppOptions options);
  virtual ~DemoApp() = default;
  virtual void stop() = 0;
};

}  // namespace grantd::app
