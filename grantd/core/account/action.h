// What the forms of the person's own page ask for.
#pragma once

#include <optional>
#include <variant>

#include "grantd/base/secret.h"
#include "grantd/core/page.h"
#include "grantd/core/records.h"
#include "grantd/oauth/form.h"

namespace grantd::core {

struct EndSignIn {
  std::optional<SessionId> id;
};
struct SignOutEverywhere {};
struct Withdraw {
  ClientId client;
};
struct Narrow {
  ClientId client;
  Version seen = 0;  // the consent as the page showed it
  ScopeSet keep;
};
struct ChangePassword {
  Secret present, next;
  AccountPage::Notice flaw = AccountPage::Notice::none;  // of the new one
};
using AccountAction = std::variant<std::monostate, EndSignIn, SignOutEverywhere, Withdraw, Narrow,
                                   ChangePassword>;

// monostate: nothing that the page offers.
AccountAction read_account_action(const oauth::Form& form);

}  // namespace grantd::core
