// Which rooms of rules a walk went through before the one that decided, in the order in which each
// endpoint asks them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "grantd/server/walk_trace.h"

namespace grantd::server {

// In words, with the rule: "the client proved itself (client_auth/authenticate)".
std::vector<std::string> rules_passed(const WalkTrace& trace);

// Whether the table has the rule, so that what stands before it can be told.
bool is_known_rule(std::string_view rule);

}  // namespace grantd::server
