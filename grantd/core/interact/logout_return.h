// Where may a logout lead? Only trust_logout_redirect makes a LogoutReturn, and only a LogoutReturn
// can be redirected to.
#pragma once

#include <string>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/core/records.h"

namespace grantd::core {

class LogoutReturn {
 public:
  const RedirectUri& uri() const { return uri_; }
  const std::string& state() const { return state_; }

 private:
  LogoutReturn(RedirectUri uri, std::string_view state) : uri_(std::move(uri)), state_(state) {}
  friend Result<LogoutReturn, std::string> trust_logout_redirect(const Client*, std::string_view,
                                                                 std::string_view);
  RedirectUri uri_;
  std::string state_;
};

// OpenID Connect RP-Initiated Logout §3: only to a URI that this client registered, byte for byte.
// `client`: null where nobody is known. The error is for the operator.
Result<LogoutReturn, std::string> trust_logout_redirect(const Client* client, std::string_view uri,
                                                        std::string_view state);

}  // namespace grantd::core
