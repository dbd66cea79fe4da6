// What mends a refusal, as steps: sentences, and commands that can be pasted as they stand. What a
// stranger chose is quoted in them.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "grantd/core/records.h"

namespace grantd::core {

// One word of a shell's command line, whatever is in it; printable (POSIX.1 XCU §2.2.2).
std::string shell_word(std::string_view text);

// "grantd client update web --enable".
std::string update_client(const Client& client, std::initializer_list<std::string> arguments);
// The same with all grant types that the client has and this one: the option replaces the list.
std::string add_grant_type(const Client& client, GrantType type);

}  // namespace grantd::core
