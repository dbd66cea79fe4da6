// The commands that are the app's side of the flow, a file each.
#pragma once

#include "apps/grantd/command.h"

namespace grantd::app {

Command login_command();
Command token_command();
Command call_command();
Command logout_command();
Command inspect_command();
Command profiles_command();

}  // namespace grantd::app
