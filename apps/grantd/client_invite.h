// grantd client invite: leave to register one app (RFC 7591 §3).
#pragma once

#include "apps/grantd/command.h"

namespace grantd::app {

Command invite_row();

}  // namespace grantd::app
