// A JWT that a decision names, signed by the current key of its algorithm.
#pragma once

#include <string>

#include "grantd/core/decision.h"
#include "grantd/server/keys.h"

namespace grantd::server {

// There must be such a key (Keys::signer). `claims`: the token's as JSON text, perhaps with more.
std::string sign(const core::UnsignedToken& token, std::string_view claims, const Keys& keys);

}  // namespace grantd::server
