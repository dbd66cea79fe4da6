// application/x-www-form-urlencoded, as OAuth reads it (RFC 6749 §3.1, §3.2, Appendix B).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/base/result.h"

namespace grantd::oauth {

// Parameters by name. A parameter without a value counts as omitted (§3.1); names are compared
// byte for byte, so `Redirect_URI` and `redirect_uri[]` are other, unknown names. The views that it
// gives live until the form is changed or goes.
class Form {
 public:
  using Parameter = std::pair<std::string_view, std::string_view>;  // name, value

  // At most `parameters_max` parameters. The errors: "malformed" text (bad percent-encoding, not
  // UTF-8, NUL), too many. A parameter that stands twice is kept as repeated, for the caller must
  // still learn where to answer: see repeated().
  static Result<Form, std::string> parse(std::string_view text, std::size_t parameters_max = 64);

  // The value, nothing where the parameter is absent, empty or repeated.
  std::optional<std::string_view> find(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // the same, empty where absent
  // The first name that stands more than once: "parameters MUST NOT be included more than once".
  // Names in `allowed` may (RFC 8707 §2: resource).
  std::optional<std::string_view> repeated(
      std::initializer_list<std::string_view> allowed = {}) const;
  bool is_repeated(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  std::vector<Parameter> parameters() const;  // as they were sent
  std::size_t count() const { return items_.size(); }
  std::size_t size() const;  // names and values together, in bytes

  void add(std::string_view name, std::string_view value);
  void keep_only(std::span<const std::string_view> names);
  std::string encode() const;

 private:
  // Where a parameter lies in `text_`: its name, and the value behind it.
  struct Item {
    std::uint32_t at;
    std::uint32_t name_bytes;
    std::uint32_t value_bytes;
  };
  std::string_view name_of(const Item& item) const {
    return std::string_view(text_).substr(item.at, item.name_bytes);
  }
  std::string_view value_of(const Item& item) const {
    return std::string_view(text_).substr(item.at + item.name_bytes, item.value_bytes);
  }
  // Most names differ in their length or their first byte.
  bool is_named(const Item& item, std::string_view name) const {
    if (item.name_bytes != name.size()) return false;
    const char* const own = text_.data() + item.at;
    return name.empty() || (*own == name.front() && name.compare({own, name.size()}) == 0);
  }
  void note(const Item& item);

  std::string text_;  // decoded
  std::vector<Item> items_;
  bool may_repeat_ = false;  // false: each name stands once
};

}  // namespace grantd::oauth
