// POST /login: is this the person? The password form of the login page.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "grantd/core/endpoint.h"

namespace grantd::core {

Read read_login(const RawRequest& request, const House& house, const Keyring& keys);

// One canonical form of a login name: printable ASCII without blanks, lower case, 1 to 254
// characters (checklist EN-12). Blanks at both ends are dropped. Nothing where it cannot be one.
std::optional<std::string> canonical_login(std::string_view text);

}  // namespace grantd::core
