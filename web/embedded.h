// The files of this folder, as they lie in the binary.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace grantd::web {

// A file's bytes by its path below web/ ("style.css", "templates/login.mustache"); they live as
// long as the program. Nothing where there is no such file.
std::optional<std::string_view> file(std::string_view path);

// All paths, sorted.
std::vector<std::string_view> paths();

}  // namespace grantd::web
