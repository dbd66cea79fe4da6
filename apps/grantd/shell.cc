// grantd completion, grantd manual: the table of commands as other texts.
#include <fmt/format.h>

#include "apps/grantd/command.h"
#include "apps/grantd/console.h"
#include "apps/grantd/help.h"
#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

constexpr std::string_view kShell = "SHELL";

Outcome<> run_completion(const Call& call) {
  const std::string shell = call.get(kShell);
  if (shell == "bash") {
    print(bash_completion());
  } else if (shell == "zsh") {
    print(zsh_completion());
  } else if (shell == "fish") {
    print(fish_completion());
  } else {
    return usage(
        fmt::format("{}: expected bash, zsh or fish, found \"{}\"", kShell, printable(shell)));
  }
  return Unit();
}

Outcome<> run_manual(const Call&) {
  print(cli_manual());
  return Unit();
}

}  // namespace

std::vector<Command> shell_commands() {
  return {{.path = "completion",
           .summary = "print a script that completes commands and options in your shell",
           .arguments = {{kShell, "bash, zsh or fish."}},
           .examples = {{"for bash",
                         "grantd completion bash > "
                         "/usr/share/bash-completion/completions/grantd"},
                        {"for this zsh alone", "source <(grantd completion zsh)"}},
           .takes_config = false,
           .run = run_completion},
          {.path = "manual",
           .summary = "print the manual of all commands, as Markdown",
           .takes_config = false,
           .run = run_manual}};
}

}  // namespace grantd::app
