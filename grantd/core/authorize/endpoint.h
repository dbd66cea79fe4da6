// /authorize (RFC 6749 §3.1): the dispatcher. Every step of a person's way comes back here.
#pragma once

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_authorize(const RawRequest& request, const House& house, const Keyring& keys);

// What the pages' forms need too: a request judged up to the point where it can be answered.
Wanted wants_of(const AuthorizeRequest& request, const std::optional<SessionCookie>& cookie);

// The browser's binding: its cookie, or a new one that the answer sets.
struct Browser {
  std::string value;
  bool is_new = false;
};
Browser browser_of(const std::optional<std::string>& cookie, const Moment& moment);
SetCookie set_browser(std::string value);
SetCookie new_browser(const Moment& moment);  // replaced at login and logout

std::optional<SessionCookie> session_cookie_of(const RawRequest& request);

}  // namespace grantd::core
