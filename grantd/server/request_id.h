// A request's number, as a person can read it out: "7Q4K-M2XD", 40 random bits.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace grantd::server {

std::string make_request_id();

// As a person typed it: small letters, without the dash, O for 0, I or L for 1 (Crockford's base32
// reads them so). Nothing where it is no number of a request.
std::optional<std::string> read_request_id(std::string_view text);

}  // namespace grantd::server
