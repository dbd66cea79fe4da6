// The files behind the pages: embedded ones, an operator's in their place, and the brand's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/server/pages.h"
#include "grantd/server/pages_template.h"

namespace grantd::server {

// Reads below `directory` first (empty: none), then what is embedded.
Result<ReadFile, std::string> page_files(const std::string& directory);

// "en" first, then what else has a strings file, embedded or in `directory`.
std::vector<std::string> languages_in(const std::string& directory);

// Nothing, or what is wrong with a brand's texts: an accent, a link.
Result<Unit, std::string> check_brand(const Brand& brand);

// What is served as a file, by its path on the server: "/style.css", "/mark.svg", and where the
// brand has them "/brand.css" and "/brand/logo.svg" or "/brand/logo.png".
Result<std::map<std::string, StaticFile, std::less<>>, std::string> static_files(
    const Brand& brand, const ReadFile& read);

}  // namespace grantd::server
