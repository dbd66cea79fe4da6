// Reads the members of a document, and keeps the first thing that was wrong.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/json.h"
#include "grantd/core/records.h"

namespace grantd::store {

class Members {
 public:
  // `what`: names the object in an error: "client".
  Members(const Json& json, std::string what);

  void only(std::initializer_list<std::string_view> names);
  bool has(std::string_view name) const { return json_.find(name) != nullptr; }
  std::string text(std::string_view name);
  std::int64_t integer(std::string_view name);
  bool flag(std::string_view name);
  Time time(std::string_view name) { return from_millis(integer(name)); }
  std::vector<std::string> texts(std::string_view name);
  const Json::Array& array(std::string_view name);
  core::ScopeSet scope(std::string_view name) {
    return take(name, core::ScopeSet::parse(text(name)), "a scope");
  }
  // A value that was parsed elsewhere; its type's default where it is missing.
  template <class T>
  T take(std::string_view name, std::optional<T> parsed, std::string_view expected) {
    if (!parsed) wrong(name, expected);
    return parsed ? *std::move(parsed) : T{};
  }
  void wrong(std::string_view name, std::string_view expected);
  const std::string& error() const { return error_; }  // empty: all was right

 private:
  const Json& json_;
  std::string what_;
  std::string error_;
};

Json text_array(const std::vector<std::string>& items);

}  // namespace grantd::store
