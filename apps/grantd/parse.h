// From arguments to a Call. The one file that knows CLI11 is parse.cc.
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "apps/grantd/command.h"

namespace grantd::app {

struct HelpWanted {
  std::string path;  // of a command or a group; empty: of the whole
};

// `arguments` without the program's name. Every failure is of usage.
Outcome<std::variant<Call, HelpWanted>> parse(const std::vector<std::string>& arguments);

}  // namespace grantd::app
