// Taking answers apart: URLs, JSON by the byte, base64url.
#pragma once

#include <string>
#include <string_view>

namespace loadgen {

[[noreturn]] void die(const std::string& why);

void append_percent_encoded(std::string& out, std::string_view text);
// The value of a query parameter in a URL (query or fragment), decoded. False: it is not there.
bool url_parameter(std::string_view url, std::string_view name, std::string& out);
// The raw value of a top-level member of a JSON object; a text without its quotes (no token has an
// escape in it).
bool json_member(std::string_view json, std::string_view name, std::string& out);

}  // namespace loadgen
