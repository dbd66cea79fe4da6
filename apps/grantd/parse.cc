#include "apps/grantd/parse.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <deque>

#include "grantd/base/encoding.h"
#include "grantd/server/config_nearest.h"

namespace grantd::app {
namespace {

// One command as CLI11 has it, and where it puts what it read.
struct Bound {
  const Command* command = nullptr;
  CLI::App* app = nullptr;
  std::map<std::string_view, std::vector<std::string>> values;
  std::map<std::string_view, bool> switches;
};

void bind(Bound& bound) {
  bound.app->set_help_flag("--help,-h");
  for (const Option& option : bound.command->all_options()) {
    if (option.name == "--help") continue;
    const std::string names =
        std::string(option.name) + (option.letter.empty() ? "" : "," + std::string(option.letter));
    if (option.value.empty()) {
      bound.app->add_flag(names, bound.switches[option.name]);
    } else {
      bound.app->add_option(names, bound.values[option.name])
          ->allow_extra_args(false);
    }
  }
  for (const Argument& argument : bound.command->arguments) {
    // With 0 to 1 expected, CLI11 2.1 would never fill it; checked() sees what is missing.
    bound.app->add_option(std::string(argument.name), bound.values[argument.name])
        ->expected(1)
        ->allow_extra_args(false);
  }
}

// The deepest command or group that was named: "client create".
std::string path_named(const CLI::App& root) {
  std::string path;
  const CLI::App* at = &root;
  while (!at->get_subcommands().empty()) {
    at = at->get_subcommands().front();
    path += (path.empty() ? "" : " ") + at->get_name();
  }
  return path;
}

std::string help_hint(const std::string& path) {
  return fmt::format("`grantd {}{}--help` shows what there is", path, path.empty() ? "" : " ");
}

// What may stand behind "grantd" (no group) or "grantd client".
std::vector<std::string_view> words_below(std::string_view group) {
  std::vector<std::string_view> out;
  const std::string start = group.empty() ? "" : std::string(group) + " ";
  for (const Command& command : commands()) {
    if (!command.path.starts_with(start)) continue;
    const std::string_view rest = command.path.substr(start.size());
    const std::string_view word = rest.substr(0, rest.find(' '));
    if (std::ranges::find(out, word) == out.end()) out.push_back(word);
  }
  return out;
}

std::string unknown_word(const std::string& path, const std::string& word) {
  const std::string shown = printable(word);
  const Command* const command = find_command(path);
  std::vector<std::string_view> known;
  if (command == nullptr) {
    known = words_below(path);
  } else {
    for (const Option& option : command->all_options()) known.push_back(option.name);
  }
  const std::string_view guess = server::nearest(word.substr(0, word.find('=')), known);
  const std::string hint = guess.empty() ? help_hint(path) : fmt::format("did you mean {}?", guess);
  if (command == nullptr) return fmt::format("no such command: {}; {}", shown, hint);
  if (!word.starts_with('-')) {
    return fmt::format("one argument too many: {}; {}", shown, hint);
  }
  return fmt::format("no such option: {}; {} (an argument that begins with - stands behind --)",
                     shown, hint);
}

// The first word that nothing took.
Failure unexpected(const CLI::App& root, const std::string& path) {
  const std::vector<std::string> rest = root.remaining(true);
  if (rest.empty()) return {kUsage, help_hint(path)};
  return {kUsage, unknown_word(path, rest.front())};
}

Outcome<> check_option(const Option& option, const std::vector<std::string>& values) {
  if (option.required && values.empty()) {
    return usage(fmt::format("{} {} is missing: {}", option.name, option.value, option.text));
  }
  if (!option.repeated && values.size() > 1) {
    return usage(fmt::format("{} stands {} times, expected once", option.name, values.size()));
  }
  for (const std::string& value : values) {
    if (option.choices.empty() ||
        std::ranges::find(option.choices, value) != option.choices.end()) {
      continue;
    }
    return usage(fmt::format("{}: expected one of {}, found \"{}\"", option.name,
                             fmt::join(option.choices, ", "), printable(value)));
  }
  return Unit();
}

// What CLI11 took apart, judged by the command's row.
Outcome<Call> checked(Bound& bound) {
  Call::Values values;
  for (const Option& option : bound.command->all_options()) {
    auto& given = bound.values[option.name];
    TRY(check_option(option, given));
    if (!given.empty() || bound.switches[option.name]) {
      values.emplace(option.name, std::move(given));
    }
  }
  for (const Argument& argument : bound.command->arguments) {
    auto& given = bound.values[argument.name];
    if (given.empty() && argument.required) {
      return usage(fmt::format("{} is missing: {}", argument.name, argument.text));
    }
    if (!given.empty()) values.emplace(argument.name, std::move(given));
  }
  return Call(*bound.command, std::move(values));
}

using Folders = std::map<std::string_view, CLI::App*>;  // by the group's name

CLI::App* app_of(CLI::App& root, Folders& folders, std::string_view path) {
  const std::size_t blank = path.find(' ');
  if (blank == std::string_view::npos) return root.add_subcommand(std::string(path));
  CLI::App*& folder = folders[path.substr(0, blank)];
  if (folder == nullptr) {
    folder = root.add_subcommand(std::string(path.substr(0, blank)));
    folder->set_help_flag("--help,-h");
    folder->require_subcommand(0, 1);
  }
  return folder->add_subcommand(std::string(path.substr(blank + 1)));
}

// Whether its first word was given at all. CLI11 is told of no other rows: each takes it time and
// memory, which a server would keep.
bool may_be_meant(const Command& command, const std::vector<std::string>& arguments) {
  const std::string_view first = std::string_view(command.path).substr(0, command.path.find(' '));
  return std::ranges::find(arguments, first) != arguments.end();
}

}  // namespace

Outcome<std::variant<Call, HelpWanted>> parse(const std::vector<std::string>& arguments) {
  CLI::App root("grantd");
  root.set_help_flag("--help,-h");
  root.require_subcommand(0, 1);
  Folders folders;
  std::deque<Bound> bound;  // keeps its items in place: CLI11 holds references
  for (const Command& command : commands()) {
    if (!may_be_meant(command, arguments)) continue;
    Bound& item = bound.emplace_back();
    item.command = &command;
    item.app = app_of(root, folders, command.path);
    bind(item);
  }
  try {
    root.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp&) {
    return HelpWanted{path_named(root)};
  } catch (const CLI::ExtrasError&) {
    return fail(unexpected(root, path_named(root)));
  } catch (const CLI::ParseError& error) {
    return usage(fmt::format("{}; {}", printable(error.what()), help_hint(path_named(root))));
  }
  for (Bound& item : bound) {
    if (item.app->parsed()) return TRY(checked(item));
  }
  const std::string path = path_named(root);
  return usage(fmt::format("a command is missing; expected one of {}; {}",
                           fmt::join(words_below(path), ", "), help_hint(path)));
}

}  // namespace grantd::app
