// The table of settings: one row each, from which come the parser's checks, the manual, the
// environment's names and the errors. Adding a setting is adding a row (and its member of Config).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "grantd/server/config.h"

namespace grantd::server {

// Where a setting lies in the Config.
using Place = std::variant<std::string& (*)(Config&), int& (*)(Config&), Duration& (*)(Config&),
                           std::vector<std::string>& (*)(Config&), log::Format& (*)(Config&),
                           log::Level& (*)(Config&)>;

struct Setting {
  std::string_view name;  // "listen.port": section and key; without a dot: above all sections
  Place place;
  std::string_view text;     // the manual's
  std::string_view example;  // as it stands behind the "=" in the file
  // Numbers as they are, lengths of time in milliseconds: the least and the most.
  std::int64_t least = 0;
  std::int64_t most = 0;
  // Texts, each item of a list: whether it is fit, and in words what is.
  bool (*fits)(std::string_view) = nullptr;
  std::string_view expected = {};
  std::vector<std::string_view> words = {};  // choices, in the enum's order
  bool is_path = false;  // relative ones are relative to the configuration file's folder
};

struct Section {
  std::string_view name;  // empty: above all sections
  std::string_view text;
};

const std::vector<Setting>& settings();  // section by section
const std::vector<Section>& sections();
const Setting* find_setting(std::string_view name);

std::string_view section_of(const Setting& setting);
std::string_view key_of(const Setting& setting);
std::string environment_name(const Setting& setting);  // "GRANTD_LISTEN_PORT"
// What a good value is: "a number from 0 to 65535".
std::string expected_text(const Setting& setting);
// The value in `config` as TOML: "8080", "\"60s\"".
std::string value_text(const Setting& setting, const Config& config);

// A text in TOML's quotes, on one line (TOML 1.0 "String").
std::string toml_text(std::string_view text);

}  // namespace grantd::server
