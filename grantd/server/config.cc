#include "grantd/server/config.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "grantd/base/encoding.h"
#include "grantd/server/config_checks.h"
#include "grantd/server/config_nearest.h"
#include "grantd/server/config_table.h"
#include "grantd/server/config_toml.h"
#include "grantd/server/config_values.h"

namespace grantd::server {
namespace {

constexpr std::string_view kPrefix = "GRANTD_";

std::vector<std::string_view> names_of_settings() {
  std::vector<std::string_view> out;
  for (const Setting& setting : settings()) out.push_back(setting.name);
  return out;
}

bool is_section(std::string_view name) {
  return std::ranges::any_of(sections(),
                             [&](const Section& section) { return section.name == name; });
}

// The setting that someone who wrote `name` meant: the nearest name, or the same key elsewhere.
std::string_view meant(std::string_view name) {
  const std::string_view key = name.substr(name.rfind('.') + 1);
  for (const Setting& setting : settings()) {
    if (key_of(setting) == key) return setting.name;
  }
  return nearest(name, names_of_settings());
}

std::string unknown_text(const Given& given) {
  if (is_section(given.name)) {
    return fmt::format(
        "{0}: is a section, found {1}; write [{0}] on a line of its own, its "
        "settings below",
        given.name, given.found);
  }
  const std::string_view guess = meant(given.name);
  return fmt::format("{}: unknown setting; {}", printable(given.name),
                     guess.empty() ? std::string("`grantd config manual` lists all")
                                   : fmt::format("did you mean {}?", guess));
}

void apply_file(const std::vector<Given>& all, const std::string& file, Config& config,
                std::vector<ConfigError>& errors) {
  for (const Given& given : all) {
    const Setting* const setting = find_setting(given.name);
    if (setting == nullptr) {
      const bool empty_section = is_section(given.name) && given.found == "a table";
      if (!empty_section) errors.push_back({file, given.line, unknown_text(given)});
      continue;
    }
    if (const auto wrong = set_value(*setting, given, config)) {
      errors.push_back({file, given.line, *wrong});
    }
    config.origins[given.name] = fmt::format("{}:{}", file, given.line);
  }
}

// A variable that nobody but us would set: GRANTD_LISTEN_PROT. Others are left alone; a cluster may
// set GRANTD_SERVICE_HOST, GRANTD_PORT and the like by itself.
bool is_meant_for_us(std::string_view variable) {
  return std::ranges::any_of(sections(), [&](const Section& section) {
    std::string start = std::string(section.name) + "_";
    std::ranges::transform(start, start.begin(),
                           [](char c) { return c >= 'a' && c <= 'z' ? char(c - 'a' + 'A') : c; });
    return !section.name.empty() && variable.substr(kPrefix.size()).starts_with(start);
  });
}

void apply_environment(const Environment& environment, Config& config,
                       std::vector<ConfigError>& errors) {
  std::vector<std::string> names;
  for (const Setting& setting : settings()) {
    names.push_back(environment_name(setting));
    const auto variable = environment.find(names.back());
    if (variable == environment.end()) continue;
    if (const auto wrong = set_from_environment(setting, variable->second, config)) {
      errors.push_back({names.back(), 0, *wrong});
    }
    config.origins[std::string(setting.name)] = names.back();
  }
  const std::vector<std::string_view> known(names.begin(), names.end());
  for (const auto& [variable, value] : environment) {
    if (!variable.starts_with(kPrefix) || !is_meant_for_us(variable)) continue;
    if (std::ranges::find(known, variable) != known.end()) continue;
    const std::string_view guess = nearest(variable, known);
    errors.push_back({printable(variable), 0,
                      guess.empty()
                          ? std::string("no setting of this name; `grantd config manual` lists all")
                          : fmt::format("no setting of this name; did you mean {}?", guess)});
  }
}

void make_paths_absolute(const std::filesystem::path& folder, Config& config) {
  for (const Setting& setting : settings()) {
    if (!setting.is_path) continue;
    std::string& path = std::get<std::string& (*)(Config&)>(setting.place)(config);
    if (!path.empty()) path = (folder / path).lexically_normal().string();
  }
}

// Where an error about this setting points: its line, its variable, or the file.
ConfigError error_about(std::string_view setting, std::string text, const std::string& file,
                        const std::vector<Given>& given, const Config& config) {
  text = fmt::format("{}: {}", setting, text);
  const auto origin = config.origins.find(std::string(setting));
  if (origin != config.origins.end() && origin->second.starts_with(kPrefix)) {
    return {origin->second, 0, std::move(text)};
  }
  const auto line = std::ranges::find(given, setting, &Given::name);
  return {file, line == given.end() ? 0 : line->line, std::move(text)};
}

}  // namespace

std::string ConfigError::to_text() const {
  if (file.empty()) return text;
  return line == 0 ? fmt::format("{}: {}", file, text) : fmt::format("{}:{}: {}", file, line, text);
}

Result<Config, std::vector<ConfigError>> load_config(const std::string& file,
                                                     const Environment& environment) {
  const auto given = read_toml(file);
  if (!given) return fail(std::vector{given.error()});
  Config config;
  std::vector<ConfigError> errors;
  apply_file(*given, file, config, errors);
  apply_environment(environment, config, errors);
  if (config.issuer.empty() && !config.origins.contains("issuer")) {
    errors.push_back({file, 0,
                      "issuer: missing; write issuer = \"https://auth.example.com\" (your "
                      "server's address) in the first line"});
  }
  // Values that are wrong by themselves are not compared with others.
  if (errors.empty()) {
    for (auto& [setting, text] : check_agreement(config)) {
      errors.push_back(error_about(setting, std::move(text), file, *given, config));
    }
  }
  if (!errors.empty()) return fail(std::move(errors));
  config.file = std::filesystem::absolute(file).lexically_normal().string();
  make_paths_absolute(std::filesystem::path(config.file).parent_path(), config);
  return config;
}

Result<std::string, std::string> setting_as_toml(std::string_view name, const std::string& text) {
  const Setting* const setting = find_setting(name);
  if (setting == nullptr) {
    return fail(unknown_text({.name = std::string(name), .value = text, .found = text}));
  }
  Config config;
  if (set_from_environment(*setting, text, config)) {
    return fail(fmt::format("{}: expected {}, found \"{}\"", name, expected_text(*setting),
                            printable(text)));
  }
  return value_text(*setting, config);
}

Environment process_environment() {
  Environment out;
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text(*entry);
    const std::size_t equals = text.find('=');
    if (!text.starts_with(kPrefix) || equals == std::string_view::npos) continue;
    out.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return out;
}

}  // namespace grantd::server
