// The table of commands as text: --help, docs/cli.md, shell completion.
#pragma once

#include <string>
#include <string_view>

namespace grantd::app {

std::string help_text(std::string_view path);  // of a command, a group, or (empty) of the whole
std::string cli_manual();                      // Markdown: docs/cli.md

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace grantd::app
