// The person's own browser, where there is one.
#pragma once

#include <string>

namespace grantd::app {

// Shows the address in it; nothing where there is no desktop. Says nothing into the terminal.
void open_in_browser(const std::string& url);

}  // namespace grantd::app
