// JSON values (RFC 8259), strictly parsed: duplicate members, NUL in strings, non-finite numbers,
// numbers beyond 64 bits, lone surrogates, bad UTF-8 and nesting deeper than 32 are refused.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "grantd/base/result.h"

namespace grantd {

class Json {
 public:
  using Array = std::vector<Json>;
  using Member = std::pair<std::string, Json>;
  using Object = std::vector<Member>;  // in the order written; names are unique

  Json() = default;                                          // null
  Json(bool value) : value_(value) {}                        // NOLINT: literals read as values
  Json(std::int64_t value) : value_(value) {}                // NOLINT
  Json(int value) : value_(std::int64_t{value}) {}           // NOLINT
  Json(double value) : value_(value) {}                      // NOLINT
  Json(std::string value) : value_(std::move(value)) {}      // NOLINT
  Json(std::string_view value) : value_(std::string(value)) {}  // NOLINT
  Json(const char* value) : value_(std::string(value)) {}    // NOLINT
  Json(Array value) : value_(std::move(value)) {}            // NOLINT
  Json(Object value) : value_(std::move(value)) {}           // NOLINT

  struct Written;  // {"name", value}
  static Json object(std::initializer_list<Written> members = {});
  static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }

  // Parses a whole document of at most `bytes_max` bytes. The error says what and where (byte).
  static Result<Json, std::string> parse(std::string_view text, std::size_t bytes_max = 1 << 20);

  bool is_null() const { return std::holds_alternative<std::monostate>(value_); }
  // The value where it has that type, else null.
  const bool* as_bool() const { return std::get_if<bool>(&value_); }
  const std::int64_t* as_int() const { return std::get_if<std::int64_t>(&value_); }
  const double* as_double() const { return std::get_if<double>(&value_); }
  const std::string* as_string() const { return std::get_if<std::string>(&value_); }
  const Array* as_array() const { return std::get_if<Array>(&value_); }
  const Object* as_object() const { return std::get_if<Object>(&value_); }

  // A member of an object by name; null where this is no object or has none.
  const Json* find(std::string_view name) const;
  const std::string* find_string(std::string_view name) const;
  const std::int64_t* find_int(std::string_view name) const;
  const bool* find_bool(std::string_view name) const;
  // A member that is an array of strings; nothing where it is absent or anything else.
  std::optional<std::vector<std::string>> find_strings(std::string_view name) const;

  // Adds or replaces a member; this must be an object (or null, which becomes one).
  Json& set(std::string name, Json value);
  void push_back(Json value);  // likewise for an array

  std::string dump() const;         // without white space
  std::string dump_pretty() const;  // two blanks a level, a newline at the end

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

// A member as it stands in a list; object() moves the value out, which a list's items else forbid.
struct Json::Written {
  std::string_view name;
  mutable Json value;
};

// The text of an object, written member by member where no value of it is needed: as Json::dump()
// of the same members. That each name comes once is the caller's care.
class JsonText {
 public:
  explicit JsonText(std::size_t usual_bytes = 512);
  JsonText& text(std::string_view name, std::string_view value);
  JsonText& number(std::string_view name, std::int64_t value);
  JsonText& member(std::string_view name, const Json& value);
  JsonText& members(const Json& object);  // all of them
  std::string take();                     // once

 private:
  void name(std::string_view name);
  std::string out_;
};

}  // namespace grantd
