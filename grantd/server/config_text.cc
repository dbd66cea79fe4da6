// The configuration as text: its manual, what is in force, and a first file.
#include <fmt/format.h>

#include "grantd/server/config.h"
#include "grantd/server/config_table.h"

namespace grantd::server {
namespace {

constexpr std::string_view kManualHead = R"(# Configuration

<!-- Written by `grantd config manual` from the table of settings; not to be edited by hand. -->

grantd reads one TOML file: the one named by `--config`, else by the variable `GRANTD_CONFIG`, else
`grantd.toml` in the working directory, else `/etc/grantd/grantd.toml`. `grantd init` writes a first
one. Only `issuer` is required.

- An unknown setting, a wrong type and a value out of range are errors. All are reported, each with
  its line, what was expected, what was found and what to do; the exit code is 78.
- Lengths of time are texts with a unit: `"60s"`, `"15m"`, `"24h"`, `"14d"`.
- Relative file names are relative to the folder of the configuration file.
- A variable of the environment overrides the file: `GRANTD_LISTEN_PORT=9000` for `listen.port`.
  Lists are parted by commas. A variable that begins like one of our sections
  (`GRANTD_LISTEN_…`) and names no setting is an error; other variables are left alone.
- No setting holds a secret; secrets lie in files of their own, mode 0600.
- `grantd config check` reads the file and says what is wrong; `grantd config show` prints every
  value in force and where it comes from.
)";

std::string manual_row(const Setting& setting) {
  std::string standard = value_text(setting, Config());
  standard = setting.name == "issuer" ? "none; required" : fmt::format("`{}`", standard);
  return fmt::format(
      "### `{}`\n\n{}\n\n- Value: {}\n- Default: {}\n- Example: `{} = {}`\n"
      "- Environment: `{}`\n\n",
      setting.name, setting.text, expected_text(setting), standard, key_of(setting),
      setting.example, environment_name(setting));
}

std::string origin_of(const Setting& setting, const Config& config) {
  const auto origin = config.origins.find(std::string(setting.name));
  return origin == config.origins.end() ? "default" : origin->second;
}

// Calls `row` for each setting, `head` before each section.
template <class Head, class Row>
void each(Head head, Row row) {
  for (const Section& section : sections()) {
    head(section);
    for (const Setting& setting : settings()) {
      if (section_of(setting) == section.name) row(setting);
    }
  }
}

}  // namespace

std::string config_manual() {
  std::string out(kManualHead);
  each(
      [&](const Section& section) {
        out += section.name.empty()
                   ? fmt::format("\n## {}\n\n", section.text)
                   : fmt::format("## `[{}]`\n\n{}\n\n", section.name, section.text);
      },
      [&](const Setting& setting) { out += manual_row(setting); });
  out.pop_back();
  return out;
}

std::string show_config(const Config& config) {
  std::string out = fmt::format("# {}\n", config.file);
  each(
      [&](const Section& section) {
        if (!section.name.empty()) out += fmt::format("\n[{}]\n", section.name);
      },
      [&](const Setting& setting) {
        out += fmt::format("{} = {}  # {}\n", key_of(setting), value_text(setting, config),
                           origin_of(setting, config));
      });
  return out;
}

Json show_config_json(const Config& config) {
  Json out = Json::object();
  for (const Setting& setting : settings()) {
    out.set(std::string(setting.name), Json::object({{"value", value_text(setting, config)},
                                                     {"origin", origin_of(setting, config)}}));
  }
  return out;
}

std::string starter_config(const std::map<std::string, std::string>& chosen) {
  std::string out =
      "# grantd's configuration. What is commented out shows the defaults or an example;\n"
      "# `grantd config manual` explains every setting, `grantd config check` checks this "
      "file.\n\n";
  each(
      [&](const Section& section) {
        if (!section.name.empty()) out += fmt::format("\n# {}\n[{}]\n", section.text, section.name);
      },
      [&](const Setting& setting) {
        const auto value = chosen.find(std::string(setting.name));
        if (value != chosen.end()) {
          out += fmt::format("{} = {}\n", key_of(setting), value->second);
          return;
        }
        const std::string standard = value_text(setting, Config());
        const bool empty = standard == "\"\"" || standard == "[]";
        out += fmt::format("# {} = {}\n", key_of(setting), empty ? setting.example : standard);
      });
  return out;
}

}  // namespace grantd::server
