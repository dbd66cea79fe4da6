// An authorization request (RFC 6749 §4.1.1), read and not yet judged.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/oauth/form.h"

namespace grantd::core {

// The parameters that this server knows; unknown ones are left out (RFC 6749 §3.1). Kept as sent,
// repeated ones too, so that check_request can refuse at the right address.
class AuthorizeRequest {
 public:
  AuthorizeRequest() = default;
  explicit AuthorizeRequest(oauth::Form form);
  std::string to_query() const { return form_.encode(); }
  std::vector<oauth::Form::Parameter> parameters() const { return form_.parameters(); }
  std::size_t count() const { return form_.count(); }
  // Names and values together, in bytes: it must fit into a URL once it is sealed.
  std::size_t size() const { return form_.size(); }
  static constexpr std::size_t kSizeMax = 8 * 1024;

  std::string_view get(std::string_view name) const { return form_.get(name); }
  bool has(std::string_view name) const { return form_.find(name).has_value(); }
  std::vector<std::string> all(std::string_view name) const { return form_.all(name); }
  bool is_repeated(std::string_view name) const { return form_.is_repeated(name); }
  std::optional<std::string_view> repeated() const { return form_.repeated({"resource"}); }
  // The same request with one parameter set anew.
  AuthorizeRequest with(std::string_view name, std::string_view value) const;

  // prompt (OpenID Connect Core §3.1.2.1), as words.
  bool prompts(std::string_view word) const;

 private:
  oauth::Form form_;
};

// Every parameter name that /authorize knows.
std::span<const std::string_view> authorize_parameters();

}  // namespace grantd::core
