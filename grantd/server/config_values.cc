#include "grantd/server/config_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};

bool in_range(const Setting& setting, std::int64_t value) {
  return value >= setting.least && value <= setting.most;
}

// The value as the setting's type, where it is fit; stores it.
bool store(const Setting& setting, const Written& value, Config& config) {
  const auto* text = std::get_if<std::string>(&value);
  const auto* number = std::get_if<std::int64_t>(&value);
  const auto* list = std::get_if<std::vector<std::string>>(&value);
  const auto choose = [&](auto& place) {
    const auto word = text ? std::ranges::find(setting.words, *text) : setting.words.end();
    if (word == setting.words.end()) return false;
    place = static_cast<std::decay_t<decltype(place)>>(word - setting.words.begin());
    return true;
  };
  return std::visit(
      Overloaded{[&](std::string& (*place)(Config&)) {
                   if (text == nullptr || !setting.fits(*text)) return false;
                   place(config) = *text;
                   return true;
                 },
                 [&](int& (*place)(Config&)) {
                   if (number == nullptr || !in_range(setting, *number)) return false;
                   place(config) = static_cast<int>(*number);
                   return true;
                 },
                 [&](Duration& (*place)(Config&)) {
                   const Duration length = text ? parse_duration(*text) : Duration(-1);
                   if (length < Duration::zero() || !in_range(setting, length.count()))
                     return false;
                   place(config) = length;
                   return true;
                 },
                 [&](std::vector<std::string>& (*place)(Config&)) {
                   if (list == nullptr || !std::ranges::all_of(*list, setting.fits)) return false;
                   place(config) = *list;
                   return true;
                 },
                 [&](log::Format& (*place)(Config&)) { return choose(place(config)); },
                 [&](log::Level& (*place)(Config&)) { return choose(place(config)); }},
      setting.place);
}

// "[\"a\", \"b\"]" → "a,b"; "\"a\"" → "a": as the environment has it.
std::string without_toml(std::string_view example) {
  std::string out;
  for (const char c : example) {
    if (c != '"' && c != '[' && c != ']' && c != ' ') out += c;
  }
  return out;
}

std::optional<std::vector<std::string>> parse_list(const std::string& text) {
  std::vector<std::string> out;
  if (trim(text).empty()) return out;
  for (const std::string_view item : split(text, ',')) out.emplace_back(trim(item));
  return out;
}

Written from_environment(const Setting& setting, const std::string& text) {
  if (std::holds_alternative<int& (*)(Config&)>(setting.place)) {
    std::int64_t number = 0;
    const char* const end = text.data() + text.size();
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    if (error == std::errc() && rest == end && !text.empty()) return number;
    return Other{};
  }
  if (std::holds_alternative<std::vector<std::string>& (*)(Config&)>(setting.place)) {
    return *parse_list(text);
  }
  return text;
}

}  // namespace

std::string_view section_of(const Setting& setting) {
  const std::size_t dot = setting.name.find('.');
  return dot == std::string_view::npos ? std::string_view() : setting.name.substr(0, dot);
}

std::string_view key_of(const Setting& setting) {
  return setting.name.substr(setting.name.find('.') + 1);
}

std::string environment_name(const Setting& setting) {
  std::string name = "GRANTD_";
  for (const char c : setting.name) {
    name += c == '.' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return name;
}

std::string expected_text(const Setting& setting) {
  if (!setting.words.empty()) {
    std::string out = "one of";
    for (const std::string_view word : setting.words) {
      out += fmt::format("{} \"{}\"", out == "one of" ? "" : ",", word);
    }
    return out;
  }
  if (std::holds_alternative<int& (*)(Config&)>(setting.place)) {
    return fmt::format("a number from {} to {}", setting.least, setting.most);
  }
  if (std::holds_alternative<Duration& (*)(Config&)>(setting.place)) {
    return fmt::format("a length of time from \"{}\" to \"{}\"", to_text(Duration(setting.least)),
                       to_text(Duration(setting.most)));
  }
  return std::string(setting.expected);
}

std::string toml_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string value_text(const Setting& setting, const Config& config) {
  // The rows name places in a Config that can be written; reading one through them changes nothing.
  Config copy = config;
  return std::visit(
      Overloaded{[&](std::string& (*place)(Config&)) { return toml_text(place(copy)); },
                 [&](int& (*place)(Config&)) { return fmt::format("{}", place(copy)); },
                 [&](Duration& (*place)(Config&)) { return toml_text(to_text(place(copy))); },
                 [&](std::vector<std::string>& (*place)(Config&)) {
                   std::string out;
                   for (const std::string& item : place(copy)) {
                     out += (out.empty() ? "" : ", ") + toml_text(item);
                   }
                   return "[" + out + "]";
                 },
                 [&](auto& (*place)(Config&)) {
                   return toml_text(setting.words[static_cast<std::size_t>(place(copy))]);
                 }},
      setting.place);
}

std::optional<std::string> set_value(const Setting& setting, const Given& given, Config& config) {
  if (store(setting, given.value, config)) return std::nullopt;
  return fmt::format("{}: expected {}, found {}; write for example {} = {}", setting.name,
                     expected_text(setting), given.found, key_of(setting), setting.example);
}

std::optional<std::string> set_from_environment(const Setting& setting, const std::string& text,
                                                Config& config) {
  if (store(setting, from_environment(setting, text), config)) return std::nullopt;
  return fmt::format("{}: expected {}, found \"{}\"; set for example {}={}", setting.name,
                     expected_text(setting), printable(text), environment_name(setting),
                     without_toml(setting.example));
}

}  // namespace grantd::server
