// Scopes from options, checked against the APIs that own them.
#pragma once

#include <string_view>
#include <vector>

#include "apps/grantd/command.h"
#include "grantd/core/records.h"

namespace grantd::app {

// All values of the option together.
Outcome<core::ScopeSet> parse_scope_option(const Call& call, std::string_view option);
// Each scope must belong to a resource, or be one of the server's own (offline_access).
Outcome<> check_scopes_known(const core::ScopeSet& scope,
                             const std::vector<core::Resource>& resources);

}  // namespace grantd::app
