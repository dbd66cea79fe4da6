// Which of our languages a person gets.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace grantd::server {

// The index in `languages` of the first of `ui_locales` that there are texts for (OpenID Connect
// Core §3.1.2.1: tags parted by blanks, best first), else of Accept-Language by weight (RFC 9110
// §12.5.4), each matched by RFC 4647 §3.4 (lookup: "de-CH" finds "de"); else 0. Of either list
// only the first 512 bytes and 20 tags are looked at, and nothing is kept (AZ-18).
std::size_t choose_language(const std::vector<std::string>& languages, std::string_view ui_locales,
                            std::string_view accept_language);

}  // namespace grantd::server
