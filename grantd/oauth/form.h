// application/x-www-form-urlencoded, as OAuth reads it (RFC 6749 §3.1, §3.2, Appendix B).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/base/result.h"

namespace grantd::oauth {

// Parameters by name. A parameter without a value counts as omitted (§3.1); names are compared
// byte for byte, so `Redirect_URI` and `redirect_uri[]` are other, unknown names.
class Form {
 public:
  // At most `parameters_max` parameters. The errors: "malformed" text (bad percent-encoding, not
  // UTF-8, NUL), too many. A parameter that stands twice is kept as repeated, for the caller must
  // still learn where to answer: see repeated().
  static Result<Form, std::string> parse(std::string_view text, std::size_t parameters_max = 64);

  // The value, null where the parameter is absent, empty or repeated.
  const std::string* find(std::string_view name) const;
  std::string_view get(std::string_view name) const;  // the same, empty where absent
  // The first name that stands more than once: "parameters MUST NOT be included more than once".
  // Names in `allowed` may (RFC 8707 §2: resource).
  const std::string* repeated(std::initializer_list<std::string_view> allowed = {}) const;
  bool is_repeated(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& parameters() const { return items_; }

  void add(std::string name, std::string value) {
    items_.emplace_back(std::move(name), std::move(value));
  }
  std::string encode() const;

 private:
  std::vector<std::pair<std::string, std::string>> items_;
};

}  // namespace grantd::oauth
