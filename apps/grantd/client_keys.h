// A client's own keys from options, and what it signs with them: assertions, request objects.
#pragma once

#include <vector>

#include "apps/grantd/command.h"
#include "grantd/core/records.h"

namespace grantd::app {

std::vector<Option> key_options();
// Takes what key_options name into the client; what is absent stays as it is.
Outcome<> apply_keys(const Call& call, core::Client& client);
// RFC 7591 §2: a client that signs has keys, by value or by reference.
Outcome<> check_keys(const core::Client& client);

}  // namespace grantd::app
