// Putting one given value into the Config.
#pragma once

#include <optional>
#include <string>

#include "grantd/server/config_table.h"
#include "grantd/server/config_toml.h"

namespace grantd::server {

// Checks the value by its row and stores it; the text says what was expected and found.
std::optional<std::string> set_value(const Setting& setting, const Given& given, Config& config);

// The same from a variable of the environment: numbers as digits, lists parted by commas.
std::optional<std::string> set_from_environment(const Setting& setting, const std::string& text,
                                                Config& config);

}  // namespace grantd::server
