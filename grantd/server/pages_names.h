// What each page's template may insert. A name that is not here is refused when templates load.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "grantd/server/pages_view.h"

namespace grantd::server {

// The kind of a name on a page; the layout's names are every page's.
std::optional<NameKind> kind_of(std::string_view page, std::string_view name);

// All names that a page may insert, for messages.
std::vector<std::string_view> names_of(std::string_view page);

// The pages: "login", "consent", …; each has templates/PAGE.mustache.
const std::vector<std::string_view>& page_names();

}  // namespace grantd::server
