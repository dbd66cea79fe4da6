// How flow.cc and read_tokens.cc say what went wrong.
#pragma once

#include <string>
#include <string_view>

#include "grantd/client/flow.h"

namespace grantd::client {

// At most 300 bytes of what somebody else sent, as one printable line (CL-06).
std::string shown(std::string_view text);

FlowError settings_error(std::string expected, std::string found, std::string remedy);
FlowError malformed(std::string expected, std::string found);
// An error response of either endpoint.
FlowError refused(std::string_view code, std::string_view description);

// An endpoint must be https, or http to this machine (CL-04). `name` is the setting's.
Result<Unit, FlowError> check_endpoint(std::string_view name, std::string_view url);

}  // namespace grantd::client
