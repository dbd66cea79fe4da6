// What the person's own page says, from the facts.
#pragma once

#include "grantd/core/found.h"
#include "grantd/core/moment.h"
#include "grantd/core/page.h"
#include "grantd/core/policy.h"

namespace grantd::core {

// `session`: the live one; its user is among the facts.
AccountPage account_page(const Session& session, const Found& found, const Moment& moment,
                         const Policy& policy);

}  // namespace grantd::core
