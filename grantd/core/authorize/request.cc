#include "grantd/core/authorize/request.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::core {

const std::vector<std::string_view>& authorize_parameters() {
  static const std::vector<std::string_view> names{
      "response_type",          // RFC 6749 §4.1.1
      "client_id",              //
      "redirect_uri",           //
      "scope",                  //
      "state",                  //
      "code_challenge",         // RFC 7636 §4.3
      "code_challenge_method",  //
      "resource",               // RFC 8707 §2
      "response_mode",          // OAuth 2.0 Multiple Response Type Encoding Practices §2.1
      "nonce",                  // OpenID Connect Core §3.1.2.1
      "prompt",                 //
      "max_age",                //
      "acr_values",             //
      "id_token_hint",          //
      "claims",                 // OpenID Connect Core §5.5
      "ui_locales",             //
      "login_hint",             //
      "request",                // RFC 9101 §5, OpenID Connect Core §6
      "request_uri",            //
      "registration",           // OpenID Connect Core §7.2.1: known so that it can be refused
  };
  return names;
}

AuthorizeRequest::AuthorizeRequest(const oauth::Form& form) {
  const std::vector<std::string_view>& known = authorize_parameters();
  for (const auto& [name, value] : form.parameters()) {
    if (std::find(known.begin(), known.end(), name) != known.end()) form_.add(name, value);
  }
}

std::size_t AuthorizeRequest::size() const {
  std::size_t bytes = 0;
  for (const auto& [name, value] : form_.parameters()) bytes += name.size() + value.size();
  return bytes;
}

AuthorizeRequest AuthorizeRequest::with(std::string_view name, std::string_view value) const {
  AuthorizeRequest changed;
  for (const auto& [each, text] : form_.parameters()) {
    if (each != name) changed.form_.add(each, text);
  }
  changed.form_.add(std::string(name), std::string(value));
  return changed;
}

bool AuthorizeRequest::prompts(std::string_view word) const {
  const std::vector<std::string_view> words = split(get("prompt"), ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace grantd::core
