// Tells apps that a session ended (OpenID Connect Back-Channel Logout 1.0): takes what is due from
// the store, signs a logout token each, posts it. What was promised survives a restart; a receiver
// that is slow or dead delays nobody else. The rules are core/oidc/logout_token.
#pragma once

#include <memory>
#include <stop_token>
#include <thread>

#include "grantd/core/policy.h"
#include "grantd/server/edges.h"

namespace grantd::server {

class LogoutNotices {
 public:
  // Looks at once, when it is woken, and every few seconds: others end sessions too, beside this
  // process. `edges` and `policy` outlive this.
  LogoutNotices(Edges& edges, const core::Policy& policy);
  ~LogoutNotices();  // stops; answers that come later are not waited for
  LogoutNotices(const LogoutNotices&) = delete;
  LogoutNotices& operator=(const LogoutNotices&) = delete;

  void wake();  // a session ended. From any thread

 private:
  class Work;
  std::shared_ptr<Work> work_;  // outlived by what is on its way
  std::jthread thread_;
};

}  // namespace grantd::server
