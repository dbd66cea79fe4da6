#include "grantd/core/repair.h"

#include "grantd/base/encoding.h"

namespace grantd::core {

std::string shell_word(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./=:@%+,";
  const std::string shown = printable(text);
  if (!shown.empty() && shown.find_first_not_of(kPlain) == std::string::npos) return shown;
  std::string quoted = "'";
  for (const char c : shown) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string update_client(const Client& client, std::initializer_list<std::string> arguments) {
  std::string command = "grantd client update " + shell_word(client.id.view());
  for (const std::string& argument : arguments) command += " " + shell_word(argument);
  return command;
}

std::string add_grant_type(const Client& client, GrantType type) {
  std::string command = "grantd client update " + shell_word(client.id.view());
  for (const GrantType each : client.grant_types) {
    command += " --grant " + std::string(to_text(each));
  }
  return command + " --grant " + std::string(to_text(type));
}

}  // namespace grantd::core
