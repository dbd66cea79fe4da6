// The one binary `grantd`: a table of commands, from which come the parser, --help, the shell
// completion and docs/cli.md. One file a group of commands.
//
// What lives here: reading arguments, asking people, printing. What does not: any rule about who
// may have what (core/), how records lie on a disk (store/).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/result.h"

namespace grantd::app {

// Exit codes. 78 is EX_CONFIG of sysexits(3).
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kConfiguration = 78;

// Why a command ends without success: what was expected, what was found, what to do.
struct Failure {
  int exit_code = kFailed;
  std::string text;
};
template <class T = Unit>
using Outcome = Result<T, Failure>;

inline auto failed(std::string text) {
  return fail(Failure{kFailed, std::move(text)});
}
inline auto usage(std::string text) {
  return fail(Failure{kUsage, std::move(text)});
}

struct Option {
  std::string_view name;   // "--redirect-uri"
  std::string_view value;  // "URI"; empty: a switch
  std::string_view text;
  bool required = false;
  bool repeated = false;
  std::vector<std::string_view> choices = {};
};
// Rows read better with the flag in front: repeated({"--scope", …}).
inline Option required(Option option) {
  option.required = true;
  return option;
}
inline Option repeated(Option option) {
  option.repeated = true;
  return option;
}
inline Option one_of(std::vector<std::string_view> choices, Option option) {
  option.choices = std::move(choices);
  return option;
}

struct Argument {
  std::string_view name;  // "CLIENT_ID"
  std::string_view text;
  bool required = true;
};
struct Example {
  std::string_view text;
  std::string_view line;
};

class Call;

struct Command {
  std::string_view path;  // "client create"
  std::string_view summary;
  std::string_view detail = {};
  std::vector<Argument> arguments = {};
  std::vector<Option> options = {};
  std::vector<Example> examples = {};
  bool takes_config = true;  // --config
  bool takes_json = false;   // --json
  bool asks = false;         // --yes
  Outcome<> (*run)(const Call&) = nullptr;

  std::vector<Option> all_options() const;  // with the common ones, --help last
};

// What stands on the command line, checked against the command's row.
class Call {
 public:
  using Values = std::map<std::string, std::vector<std::string>, std::less<>>;
  Call(const Command& command, Values values) : command_(&command), values_(std::move(values)) {}

  const Command& command() const { return *command_; }
  bool has(std::string_view name) const { return values_.contains(name); }
  // The value of an option or argument; `otherwise` where it is absent.
  std::string get(std::string_view name, std::string_view otherwise = "") const;
  const std::vector<std::string>& all(std::string_view name) const;
  bool json() const { return has("--json"); }

 private:
  const Command* command_;
  Values values_;
};

// The whole table, in the order of the manual.
const std::vector<Command>& commands();
struct Group {
  std::string_view name;  // "client"
  std::string_view summary;
};
const std::vector<Group>& groups();
const Group* find_group(std::string_view name);
const Command* find_command(std::string_view path);

// The rows of each group.
std::vector<Command> start_commands();  // init, serve, version
std::vector<Command> explain_commands();
std::vector<Command> client_commands();
std::vector<Command> resource_commands();
std::vector<Command> user_commands();
std::vector<Command> session_commands();
std::vector<Command> grant_commands();
std::vector<Command> key_commands();
std::vector<Command> config_commands();
std::vector<Command> shell_commands();  // completion, manual

}  // namespace grantd::app
