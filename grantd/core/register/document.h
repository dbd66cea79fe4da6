// What a client is told about itself (RFC 7591 §3.2.1, RFC 7592 §3).
#pragma once

#include <string>
#include <string_view>

#include "grantd/base/json.h"
#include "grantd/core/policy.h"
#include "grantd/core/records.h"

namespace grantd::core {

// `client_secret`: shown where it was just made, else empty: only its hash is kept.
// `registration_access_token`: as it was made, or as the client sent it.
Json client_document(const Client& client, std::string_view client_secret,
                     std::string_view registration_access_token, const Policy& policy);

}  // namespace grantd::core
