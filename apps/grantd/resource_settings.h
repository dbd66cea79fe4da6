// An API's record from options, and what must hold of it.
#pragma once

#include <string>
#include <vector>

#include "apps/grantd/command.h"
#include "apps/grantd/open_store.h"
#include "grantd/core/records.h"

namespace grantd::app {

std::vector<Option> resource_options();

// RFC 8707 §2: an absolute URI without fragment.
Outcome<core::Audience> parse_audience(const std::string& text);
Outcome<> apply_resource_settings(const Call& call, core::Resource& resource);
// --introspector, --remove-introspector.
Outcome<> apply_introspectors(const Call& call, OpenStore& store, core::Resource& resource);
// A line for the operator where an API gets tokens that it cannot ask about.
void note_who_may_ask(const core::Resource& resource);
Outcome<> remove_scopes(const Call& call, core::Resource& resource);
// A scope belongs to one API, and none takes a name of the server's own.
Outcome<> check_resource(const core::Resource& resource, const std::vector<core::Resource>& all);

}  // namespace grantd::app
