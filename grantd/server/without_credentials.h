// What was put in the wrong field comes back in a reason; logs and explanations have it cut.
#pragma once

#include <string>
#include <string_view>

namespace grantd::server {

// The text with everything cut that looks like a credential: what we issued, known by its prefix
// (DESIGN §1.2); a JWT, by its first bytes; what was drawn at random (20 characters and more of
// base64url in no order); a URL's user information. Of the first three the first four characters
// stay, so that it can be told what it was (checklist C9).
std::string without_credentials(std::string_view text);

}  // namespace grantd::server
