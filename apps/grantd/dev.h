// grantd dev: an authorization server to try things with, on this computer only, with both other
// ends of the flow beside it: a demo app and a demo API.
//
// What lives here: what a first start makes, the four listeners, what is printed. What does not:
// the flow itself. The demo app runs it by client/flow.h and the demo API checks by
// guard/guard.h, as any app and any API would.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "apps/grantd/command.h"

namespace grantd::app {

// Where everything of one `grantd dev` lies. Four ports in a row, from `port` on.
struct DevPlace {
  std::string directory;      // as it was asked for: "./grantd-dev"
  std::uint16_t port = 9090;  // the server's; the app's, the API's and the management's follow

  std::uint16_t app_port() const { return static_cast<std::uint16_t>(port + 1); }
  std::uint16_t api_port() const { return static_cast<std::uint16_t>(port + 2); }
  std::uint16_t management_port() const { return static_cast<std::uint16_t>(port + 3); }
  std::string issuer() const { return origin(port); }
  std::string app() const { return origin(app_port()); }
  std::string api() const { return origin(api_port()); }
  std::string lesson() const { return issuer() + "/learn"; }
  std::string config_file() const { return file("grantd.toml"); }
  // demo-web.secret and demo-service.secret: the client's secret, one line, mode 0600.
  std::string secret_file(std::string_view client) const {
    return file(std::string(client) + ".secret");
  }

 private:
  static std::string origin(std::uint16_t at) { return "http://127.0.0.1:" + std::to_string(at); }
  std::string file(std::string_view name) const { return directory + "/" + std::string(name); }
};

std::vector<Command> dev_commands();

}  // namespace grantd::app
