// What the log of a server says of a request, where the server itself no longer knows.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "grantd/base/result.h"
#include "grantd/server/walk_record.h"

namespace grantd::app {

struct LoggedWalk {
  std::optional<server::WalkRecord> walk;  // of a line of JSON
  std::string line;  // as it stands, of a log that is written for people
};

// The last line of the file that tells of this request; nothing where none does. The error: the
// file cannot be read.
Result<std::optional<LoggedWalk>, std::string> read_log(const std::string& file,
                                                        std::string_view request_id);

}  // namespace grantd::app
