// A person's claims and password from options.
#pragma once

#include <string>

#include "apps/grantd/command.h"
#include "grantd/core/records.h"
#include "grantd/server/config.h"

namespace grantd::app {

// --name and --claim: standard claims alone (OpenID Connect Core §5.1), each with its type.
Outcome<> apply_claims(const Call& call, core::User& user);
// From --password-file, else asked for: 8 to 1024 bytes, exactly as given. Its Argon2id hash.
Outcome<std::string> new_password(const Call& call, const server::Config& config);

}  // namespace grantd::app
