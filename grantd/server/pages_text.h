// The words of one language: a strings file, read and checked.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/base/result.h"

namespace grantd::server {

class Texts {
 public:
  using Values = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  // Reads TOML: tables of strings, "section.key". `language` is the file's name without ".toml".
  // The error names file and line.
  static Result<Texts, std::string> parse(std::string_view language, std::string_view toml);

  // Nothing, or what this file lacks or has too much beside `other`: keys and their {names}.
  std::vector<std::string> differences(const Texts& other) const;

  const std::string& language() const { return language_; }
  const std::string* find(std::string_view key) const;
  const std::string& get(std::string_view key) const;  // must be there
  // The text with each {name} replaced; every name in it must be given.
  std::string format(std::string_view key, Values values) const;

  std::vector<std::string> keys() const;

 private:
  std::string language_;
  std::map<std::string, std::string, std::less<>> texts_;
};

// A text cut at its {names}: words and names in turn; `is_name` says which.
struct TextPiece {
  std::string_view text;
  bool is_name = false;
};
std::vector<TextPiece> pieces_of(std::string_view text);

}  // namespace grantd::server
