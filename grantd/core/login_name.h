// A person's login name in its one canonical form (checklist EN-12).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grantd::core {

// Blanks around are dropped, letters made lower case. Nothing where what is left is not 1 to 254
// printable ASCII characters without blanks: a name or an e-mail address. Until a PRECIS library
// (RFC 8265) serves, names of other alphabets are refused rather than confused with one another.
std::optional<std::string> canonical_login(std::string_view text);

}  // namespace grantd::core
