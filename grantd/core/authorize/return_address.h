// Where may we answer? Only trust_redirect makes a ReturnAddress, and only a ReturnAddress can be
// redirected to: an open redirect does not compile.
#pragma once

#include <string>

#include "grantd/base/result.h"
#include "grantd/core/authorize/request.h"
#include "grantd/core/records.h"
#include "grantd/core/refusal.h"

namespace grantd::core {

// How the answer travels: in the redirect's query, or as a form that the browser posts (OAuth 2.0
// Form Post Response Mode §2).
enum class ResponseMode { query, form_post };

class ReturnAddress {
 public:
  const RedirectUri& uri() const { return uri_; }
  const std::string& state() const { return state_; }
  ResponseMode mode() const { return mode_; }
  // For the page that a posted answer travels on.
  const std::string& app_name() const { return app_name_; }
  const std::string& ui_locales() const { return ui_locales_; }

 private:
  ReturnAddress(RedirectUri uri, const AuthorizeRequest& request, const Client& client);
  friend Result<ReturnAddress, Refusal> trust_redirect(const AuthorizeRequest&, const Client*);
  RedirectUri uri_;
  std::string state_;
  ResponseMode mode_ = ResponseMode::query;
  std::string app_name_;
  std::string ui_locales_;
};

// `client`: what client_id names in the store; null where it names nobody. A refusal ends on our
// own page (RFC 6749 §4.1.2.1): invalid_client where the client is the trouble, invalid_request
// where the redirect URI is.
Result<ReturnAddress, Refusal> trust_redirect(const AuthorizeRequest& request,
                                              const Client* client);

// Whether an app on the browser's own computer listens there (RFC 8252 §7.1, §7.3).
bool is_on_this_computer(const RedirectUri& uri);

// For pages.
ReturnPlace place_of(const RedirectUri& uri);
AppOnPage app_on_page(const Client& client, const RedirectUri& uri);

}  // namespace grantd::core
