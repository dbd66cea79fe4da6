// A person's claims and password from options.
#pragma once

#include <string>

#include "apps/grantd/command.h"
#include "grantd/core/records.h"
#include "grantd/server/config.h"

namespace grantd::app {

// --name, --claim and --remove-claim: standard claims alone (OpenID Connect Core §5.1), each with
// its type; `updated_at` is set where anything is said.
Outcome<> apply_claims(const Call& call, Time now, core::User& user);
// From --password-file, else asked for: 8 to 1024 bytes, exactly as given. Its Argon2id hash.
Outcome<std::string> new_password(const Call& call, const server::Config& config);

}  // namespace grantd::app
