#include "grantd/client/challenge.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/client/flow_error.h"

namespace grantd::client {
namespace {

// RFC 9110 §5.6.2.
bool is_token_char(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::vector<Challenge> read() {
    std::vector<Challenge> out;
    while (at_ < text_.size()) {
      skip(" \t,");
      auto name = token();
      if (name.empty()) break;  // cannot be read: what stands behind is left out
      skip(" \t");
      // token "=" is a parameter of the challenge before; anything else begins one. A token68 would
      // end in "=" with nothing behind it.
      if (at_ < text_.size() && text_[at_] == '=' && !out.empty()) {
        ++at_;
        skip(" \t");
        out.back().parameters.emplace_back(lower_ascii(name), value());
      } else {
        out.push_back({.scheme = std::move(name), .parameters = {}});
      }
    }
    return out;
  }

 private:
  void skip(std::string_view what) {
    while (at_ < text_.size() && what.find(text_[at_]) != what.npos) ++at_;
  }
  std::string token() {
    const auto begin = at_;
    while (at_ < text_.size() && is_token_char(text_[at_])) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }
  std::string value() {
    if (at_ >= text_.size() || text_[at_] != '"') return token();
    std::string out;
    for (++at_; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_];
    }
    if (at_ < text_.size()) ++at_;
    return out;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

std::string meaning_of(const Challenge& challenge) {
  const auto error = challenge.get("error");
  if (error == "invalid_token") {
    return "the API does not take this token: it has expired, was withdrawn, or is for another "
           "API; get a new one, for this API";
  }
  if (error == "insufficient_scope") {
    const auto scope = challenge.get("scope");
    return "the token may not do this" +
           (scope.empty() ? std::string() : "; it takes scope " + quoted(scope)) +
           ": sign in again and ask for it";
  }
  if (error == "insufficient_user_authentication") {
    auto text = std::string("the API wants the person to prove again who they are");
    const auto max_age = challenge.get("max_age"), acr = challenge.get("acr_values");
    if (!max_age.empty()) text += ", at most " + shown(max_age) + " s ago";
    if (!acr.empty()) text += ", by " + quoted(acr);
    return text;
  }
  if (error == "invalid_request") return "the API could not read how the token was sent";
  if (!error.empty()) return "the API says " + quoted(error);
  return "the API wants a token by this scheme";
}

}  // namespace

std::string_view Challenge::get(std::string_view name) const {
  const auto found = std::ranges::find(parameters, name, &Parameters::value_type::first);
  return found == parameters.end() ? std::string_view() : found->second;
}

std::vector<Challenge> read_challenges(std::string_view field) { return Reader(field).read(); }

std::string explain(const Challenge& challenge) {
  auto text = shown(challenge.scheme) + ": " + meaning_of(challenge);
  const auto description = challenge.get("error_description");
  if (!description.empty()) text += "; it says " + quoted(description);
  const auto metadata = challenge.get("resource_metadata");  // RFC 9728 §5.1
  if (!metadata.empty()) text += "; it describes itself at " + quoted(metadata);
  return text;
}

}  // namespace grantd::client
