// /account: the person's own page. GET shows, POST acts; who is not signed in signs in here first.
#pragma once

#include <string_view>

#include "grantd/core/authorize/respond.h"
#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_account(const RawRequest& request, const House& house, const Keyring& keys);

// The login that leads here and to no app. It names no address: the page has only one.
Decision show_account_login(std::string_view ui_locales, LoginPage page,
                            const LoginBinding& binding, const Found& found, const Moment& moment,
                            const Policy& policy);
// `stale`: the login form could not be used; the fresh one will say so.
Decision go_to_account(std::string_view ui_locales, bool stale, const Found& found,
                       const Moment& moment);

}  // namespace grantd::core
