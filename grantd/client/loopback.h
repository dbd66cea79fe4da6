// The address on this computer that the browser comes back to (RFC 8252 §7.3): listens for one
// answer, then is gone.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "grantd/client/error.h"

namespace grantd::client {

class Loopback {
 public:
  // The callback that counts. Its page waits in the browser until show() says what to show, at most
  // once; without it the page says that the program ended.
  struct Answer {
    std::string query;  // after '?', not decoded
    std::function<void(bool good, std::string_view heading, std::string_view text)> show;
  };

  // `redirect_uri`: as it is registered: http, 127.0.0.1, [::1] or localhost, any path. Without a
  // port a free one is drawn. Empty: http://127.0.0.1/, and http://[::1]/ where there is no IPv4.
  // Only this computer can connect.
  static Result<std::unique_ptr<Loopback>, FlowError> listen(std::string_view redirect_uri);
  virtual ~Loopback() = default;

  virtual const std::string& redirect_uri() const = 0;  // with the port, for start()
  // Only the answer with this state counts. Before the browser goes out: it may be back at once.
  virtual void expect(std::string_view state) = 0;
  // Waits for GET at the redirect URI with that state (CL-05). Whoever else asks gets a page that
  // says no, and the wait goes on: another path, another Host (DNS rebinding), another method,
  // another state, a second answer. Abandoned after `deadline`, or when `stop` is asked for.
  virtual Result<Answer, FlowError> wait(std::chrono::milliseconds deadline,
                                         std::stop_token stop = {}) = 0;
};

}  // namespace grantd::client
