#include "grantd/core/authorize/request.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::core {

std::span<const std::string_view> authorize_parameters() {
  static constexpr std::string_view kNames[] = {
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
  return kNames;
}

AuthorizeRequest::AuthorizeRequest(oauth::Form form) : form_(std::move(form)) {
  form_.keep_only(authorize_parameters());
}

AuthorizeRequest AuthorizeRequest::with(std::string_view name, std::string_view value) const {
  AuthorizeRequest changed;
  for (const auto& [each, text] : form_.parameters()) {
    if (each != name) changed.form_.add(each, text);
  }
  changed.form_.add(name, value);
  return changed;
}

bool AuthorizeRequest::prompts(std::string_view word) const {
  if (!has("prompt")) return false;
  const std::vector<std::string_view> words = split(get("prompt"), ' ');
  return std::find(words.begin(), words.end(), word) != words.end();
}

}  // namespace grantd::core
