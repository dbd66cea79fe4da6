#include <algorithm>

#include "apps/grantd/command.h"
#include "apps/grantd/dev.h"
#include "apps/grantd/learn.h"

namespace grantd::app {
namespace {

std::vector<Command> all_commands() {
  std::vector<Command> out;
  for (auto rows :
       {start_commands, dev_commands, learn_commands, explain_commands, client_commands,
        resource_commands, user_commands, session_commands, grant_commands, key_commands,
        config_commands, app_commands, shell_commands}) {
    for (Command& command : rows()) out.push_back(std::move(command));
  }
  return out;
}

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> kCommands = all_commands();
  return kCommands;
}

const std::vector<Group>& groups() {
  static const std::vector<Group> kGroups = {
      {"client", "the apps that may ask for tokens"},
      {"resource", "the APIs that tokens are for, and what their scopes mean"},
      {"user", "the people who sign in"},
      {"session", "the browsers that are signed in"},
      {"grant", "what people let apps do"},
      {"key", "the keys that sign and seal"},
      {"config", "the configuration file"},
  };
  return kGroups;
}

const Group* find_group(std::string_view name) {
  const auto group = std::ranges::find(groups(), name, &Group::name);
  return group == groups().end() ? nullptr : &*group;
}

const Command* find_command(std::string_view path) {
  const auto command = std::ranges::find(commands(), path, &Command::path);
  return command == commands().end() ? nullptr : &*command;
}

std::vector<Option> Command::all_options() const {
  std::vector<Option> out = options;
  if (asks) out.push_back({"--yes", "", "Do not ask; needed where nobody can be asked."});
  if (takes_json) out.push_back({"--json", "", "Print one JSON document, for programs."});
  if (takes_config) {
    out.push_back({"--config", "FILE",
                   "The configuration. Else $GRANTD_CONFIG, ./grantd.toml, "
                   "/etc/grantd/grantd.toml."});
  }
  out.push_back({"--help", "", "Print this help."});
  return out;
}

std::string Call::get(std::string_view name, std::string_view otherwise) const {
  const auto found = values_.find(name);
  if (found == values_.end() || found->second.empty()) return std::string(otherwise);
  return found->second.front();
}

const std::vector<std::string>& Call::all(std::string_view name) const {
  static const std::vector<std::string> kNone;
  const auto found = values_.find(name);
  return found == values_.end() ? kNone : found->second;
}

}  // namespace grantd::app
