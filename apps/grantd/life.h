// Whether a session or grant is alive: by reference, as core/alive.h judges it (DESIGN §1.2, 7).
#pragma once

#include <string>

#include "apps/grantd/open_store.h"
#include "grantd/core/records.h"

namespace grantd::app {

// Why it is dead, in the operator's words; empty: it is alive.
Outcome<std::string> why_dead(OpenStore& store, const core::Session& session);
Outcome<std::string> why_dead(OpenStore& store, const core::Grant& grant);

// The person's login name; empty where the person is gone.
Outcome<std::string> login_of(OpenStore& store, const core::SubjectId& subject);

}  // namespace grantd::app
