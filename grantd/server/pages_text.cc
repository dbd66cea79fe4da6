#define TOML_EXCEPTIONS 0
#define TOML_ENABLE_FORMATTERS 0
#include "grantd/server/pages_text.h"

#include <toml++/toml.h>
#include <set>
#include <sstream>

#include "grantd/base/check.h"

namespace grantd::server {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || c == '_';
}

std::set<std::string> names_in(std::string_view text) {
  std::set<std::string> names;
  for (const TextPiece& piece : pieces_of(text)) {
    if (piece.is_name) names.emplace(piece.text);
  }
  return names;
}

// Nothing, or why a text cannot be used.
std::string fault_in(std::string_view text) {
  if (text.empty()) return "is empty; write a text";
  for (const TextPiece& piece : pieces_of(text)) {
    if (!piece.is_name && piece.text.find_first_of("{}") != std::string_view::npos) {
      return "has a brace that is no {name}; names are lower-case letters and _";
    }
  }
  return {};
}

std::string at(std::string_view language, const toml::source_region& source) {
  return "strings/" + std::string(language) + ".toml:" + std::to_string(source.begin.line) + ": ";
}

}  // namespace

std::vector<TextPiece> pieces_of(std::string_view text) {
  std::vector<TextPiece> pieces;
  std::size_t from = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '{') continue;
    std::size_t end = i + 1;
    while (end < text.size() && is_name_character(text[end])) ++end;
    if (end == i + 1 || end == text.size() || text[end] != '}') continue;
    if (i > from) pieces.push_back({text.substr(from, i - from), false});
    pieces.push_back({text.substr(i + 1, end - i - 1), true});
    from = end + 1;
    i = end;
  }
  if (from < text.size()) pieces.push_back({text.substr(from), false});
  return pieces;
}

Result<Texts, std::string> Texts::parse(std::string_view language, std::string_view toml) {
  const toml::parse_result parsed = toml::parse(toml);
  if (!parsed) {
    return fail(at(language, parsed.error().source()) + std::string(parsed.error().description()));
  }
  Texts texts;
  texts.language_ = language;
  for (const auto& [section, node] : parsed.table()) {
    const toml::table* table = node.as_table();
    if (table == nullptr) {
      return fail(at(language, node.source()) + std::string(section.str()) +
                  " stands outside a [section]; move it below one");
    }
    for (const auto& [key, value] : *table) {
      const std::string name = std::string(section.str()) + "." + std::string(key.str());
      const auto* text = value.as_string();
      if (text == nullptr) return fail(at(language, value.source()) + name + " is not a text");
      const std::string fault = fault_in(text->get());
      if (!fault.empty()) return fail(at(language, value.source()) + name + " " + fault);
      texts.texts_.emplace(name, text->get());
    }
  }
  return texts;
}

std::vector<std::string> Texts::differences(const Texts& other) const {
  std::vector<std::string> found;
  const std::string file = "strings/" + language_ + ".toml: ";
  const std::string other_file = "strings/" + other.language_ + ".toml";
  for (const auto& [key, text] : other.texts_) {
    const std::string* mine = find(key);
    if (mine == nullptr) {
      found.push_back(file + key + " is missing (" + other_file + " has it); add it");
    } else if (names_in(*mine) != names_in(text)) {
      found.push_back(file + key + " has other {names} than in " + other_file + "; use the same");
    }
  }
  for (const auto& [key, text] : texts_) {
    if (other.find(key) == nullptr) {
      found.push_back(file + key + " is unknown (not in " + other_file + "); remove it");
    }
  }
  return found;
}

const std::string* Texts::find(std::string_view key) const {
  const auto it = texts_.find(key);
  return it == texts_.end() ? nullptr : &it->second;
}

const std::string& Texts::get(std::string_view key) const {
  const std::string* text = find(key);
  CHECK(text != nullptr);
  return *text;
}

std::string Texts::format(std::string_view key, Values values) const {
  std::string result;
  for (const TextPiece& piece : pieces_of(get(key))) {
    if (!piece.is_name) {
      result += piece.text;
      continue;
    }
    const auto* value = values.begin();
    while (value != values.end() && value->first != piece.text) ++value;
    CHECK(value != values.end());
    result += value->second;
  }
  return result;
}

std::vector<std::string> Texts::keys() const {
  std::vector<std::string> all;
  for (const auto& [key, text] : texts_) all.push_back(key);
  return all;
}

}  // namespace grantd::server
