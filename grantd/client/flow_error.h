// How this room says what went wrong.
#pragma once

#include <string>
#include <string_view>

#include "grantd/base/json.h"
#include "grantd/client/error.h"
#include "grantd/client/message.h"

namespace grantd::client {

inline constexpr std::size_t kBodyBytesMax = 1024 * 1024;

// At most 300 bytes of what somebody else sent, as one printable line (CL-06).
std::string shown(std::string_view text);
std::string quoted(std::string_view text);

FlowError settings_error(std::string expected, std::string found, std::string remedy);
FlowError foreign(std::string expected, std::string found);
FlowError malformed(std::string expected, std::string found);
FlowError unavailable(std::string expected, std::string found);
FlowError signed_out(std::string found);
// An error response of any endpoint.
FlowError refused(std::string_view code, std::string_view description);

// An endpoint must be https, or http to this machine (CL-04). `name` is the setting's.
Result<Unit, FlowError> check_endpoint(std::string_view name, std::string_view url);

// The body of an answer: an object, sent as JSON. `from`: "the token endpoint".
Result<Json, FlowError> read_object(const Response& response, std::string_view from);
// What an answer without success says (RFC 6749 §5.2): a redirect is malformed (CL-04), 429 and 5xx
// are unavailable.
FlowError read_error(const Response& response, std::string_view from);

}  // namespace grantd::client
