#include "apps/grantd/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/command.h"

namespace grantd::app {
namespace {

constexpr std::size_t kWidth = 96;

// Breaks a text at blanks; every line but the first begins with `indent` blanks.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string out;
  std::size_t column = indent;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    if (column > indent && column + 1 + word.size() > kWidth) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    } else if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

std::string option_head(const Option& option) {
  const std::string name =
      (option.letter.empty() ? "" : std::string(option.letter) + ", ") + std::string(option.name);
  return option.value.empty() ? name : fmt::format("{} {}", name, option.value);
}

std::string option_text(const Option& option) {
  std::string out(option.text);
  if (!option.choices.empty()) {
    out += fmt::format(" One of {}.", fmt::join(option.choices, ", "));
  }
  if (option.required) out += " Required.";
  if (option.repeated) out += " May be repeated.";
  return out;
}

std::string usage_line(const Command& command) {
  std::string out = fmt::format("grantd {}", command.path);
  for (const Option& option : command.options) {
    if (option.required) out += " " + option_head(option);
  }
  out += " [options]";
  for (const Argument& argument : command.arguments) {
    out +=
        argument.required ? fmt::format(" {}", argument.name) : fmt::format(" [{}]", argument.name);
  }
  return out;
}

// Two columns: heads, and beside them texts that wrap.
class Columns {
 public:
  void row(std::string head, std::string text) {
    width_ = std::max(width_, head.size());
    rows_.emplace_back(std::move(head), std::move(text));
  }
  std::string text() const {
    std::string out;
    for (const auto& [head, text] : rows_) {
      out += fmt::format("  {:<{}}  {}\n", head, width_, wrapped(text, width_ + 4));
    }
    return out;
  }

 private:
  std::vector<std::pair<std::string, std::string>> rows_;
  std::size_t width_ = 0;
};

std::string command_help(const Command& command) {
  std::string out = fmt::format("grantd {}: {}\n\nUsage: {}\n", command.path, command.summary,
                                usage_line(command));
  if (!command.detail.empty()) out += fmt::format("\n{}\n", wrapped(command.detail, 0));
  Columns columns;
  for (const Argument& argument : command.arguments) {
    columns.row(std::string(argument.name), std::string(argument.text));
  }
  for (const Option& option : command.all_options()) {
    columns.row(option_head(option), option_text(option));
  }
  out += fmt::format("\n{}", columns.text());
  if (!command.examples.empty()) out += "\nExamples:\n";
  for (const Example& example : command.examples) {
    out += fmt::format("  # {}\n  {}\n", example.text, example.line);
  }
  return out;
}

std::string group_help(const Group& group) {
  std::string out = fmt::format("grantd {}: {}\n\n", group.name, group.summary);
  Columns columns;
  for (const Command& command : commands()) {
    if (!command.path.starts_with(std::string(group.name) + " ")) continue;
    columns.row(std::string(command.path), std::string(command.summary));
  }
  return out + columns.text() +
         fmt::format("\n`grantd {} COMMAND --help` shows options and examples.\n", group.name);
}

std::string whole_help() {
  std::string out =
      "grantd: an OAuth 2.1 authorization server in one small binary\n\n"
      "Usage: grantd COMMAND [options]\n\n";
  Columns columns;
  for (const Command& command : commands()) {
    if (command.path.find(' ') != std::string_view::npos) continue;
    columns.row(std::string(command.path), std::string(command.summary));
  }
  for (const Group& group : groups()) {
    columns.row(fmt::format("{} …", group.name), std::string(group.summary));
  }
  return out + columns.text() +
         "\n`grantd COMMAND --help` shows options and examples.\n"
         "Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.\n";
}

std::string manual_of(const Command& command) {
  std::string out = fmt::format("### `grantd {}`\n\n{}.", command.path, command.summary);
  if (!command.detail.empty()) out += fmt::format(" {}", command.detail);
  out += fmt::format("\n\n```\n{}\n```\n\n", usage_line(command));
  for (const Argument& argument : command.arguments) {
    out += fmt::format("- `{}`: {}\n", argument.name, argument.text);
  }
  for (const Option& option : command.options) {
    out += fmt::format("- `{}`: {}\n", option_head(option), option_text(option));
  }
  if (!command.arguments.empty() || !command.options.empty()) out += "\n";
  if (!command.examples.empty()) {
    out += "```sh\n";
    for (const Example& example : command.examples) {
      out += fmt::format("# {}\n{}\n", example.text, example.line);
    }
    out += "```\n\n";
  }
  return out;
}

constexpr std::string_view kManualHead = R"(# The command line

<!-- Written by `grantd manual` from the table of commands; not to be edited by hand. -->

`grantd` is one binary: the server, and the commands that work on its store. They open the same
store beside a running server, which notices at its next request.

- Commands print tables for people; with `--json` one JSON document for programs.
- A secret is never given on the command line. It comes from a prompt without echo, from a file, or
  from standard input (`-` for the file's name). It is never shown again; one that grantd makes is
  shown once.
- Commands that delete ask first. Where nobody can be asked they refuse, unless `--yes` stands
  there.
- Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration.
- `--config FILE` names the configuration; else the variable `GRANTD_CONFIG`, else `grantd.toml` in
  the working directory, else `/etc/grantd/grantd.toml`.
- `grantd COMMAND --help` shows what stands here. `grantd completion bash` (zsh, fish) prints a
  script that completes commands and options.

)";

}  // namespace

std::string help_text(std::string_view path) {
  if (const Command* const command = find_command(path)) return command_help(*command);
  if (const Group* const group = find_group(path)) return group_help(*group);
  return whole_help();
}

std::string cli_manual() {
  std::string out(kManualHead);
  for (const Command& command : commands()) {
    if (command.path.find(' ') == std::string_view::npos) out += manual_of(command);
  }
  for (const Group& group : groups()) {
    out += fmt::format("## `grantd {}`: {}\n\n", group.name, group.summary);
    for (const Command& command : commands()) {
      if (command.path.starts_with(std::string(group.name) + " ")) out += manual_of(command);
    }
  }
  out.pop_back();
  return out;
}

}  // namespace grantd::app
