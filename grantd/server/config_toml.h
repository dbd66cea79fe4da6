// A configuration file as a flat list of what stands in it. The one file that knows TOML is
// config_toml.cc.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/server/config.h"

namespace grantd::server {

// A value as it was written. `Other` is anything that no setting has (a date, a table, …).
struct Other {};
using Written = std::variant<std::string, std::int64_t, std::vector<std::string>, Other>;

struct Given {
  std::string name;  // "listen.port"
  Written value;
  std::string found;  // as it stands in the file, for messages
  int line = 0;       // 0: from the environment
};

// Reads at most 1 MiB of TOML 1.0. Errors: no such file, not readable, malformed (with the line),
// a key that stands twice.
Result<std::vector<Given>, ConfigError> read_toml(const std::string& file);

}  // namespace grantd::server
