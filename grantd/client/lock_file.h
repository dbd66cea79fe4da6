// Turns between programs, by a file.
#pragma once

#include "grantd/client/token_cache.h"

namespace grantd::client {

// Makes the folders that the file lies in, those that are missing with mode 0700.
Result<Unit, std::string> make_private_folder(const std::string& file);

// flock(2) on `file`, which stays behind, empty; between threads too.
Result<std::unique_ptr<TokenCache::Lock>, std::string> lock_file(const std::string& file,
                                                                 std::chrono::milliseconds wait);

}  // namespace grantd::client
