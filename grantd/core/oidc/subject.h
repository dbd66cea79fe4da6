// Who a person is to an app (OpenID Connect Core §8).
#pragma once

#include <string>

#include "grantd/core/records.h"
#include "grantd/core/sealed/keyring.h"

namespace grantd::core {

// `sub` as this client has it: the person's id, or one drawn for the client's sector, from which
// nobody without the key finds the person (§8.1).
std::string subject_for(const Client& client, const SubjectId& person, const Keyring& keys);

}  // namespace grantd::core
