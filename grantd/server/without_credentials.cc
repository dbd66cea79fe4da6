#include "grantd/server/without_credentials.h"

#include <algorithm>

namespace grantd::server {
namespace {

constexpr std::size_t kPrefix = 4;
constexpr std::size_t kLeast = 20;  // no name of ours or theirs is mistaken for one

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return is_upper(c) || is_lower(c) || is_digit(c) || c == '-' || c == '_';
}

int kind_of(char c) { return is_upper(c) ? 0 : is_lower(c) ? 1 : is_digit(c) ? 2 : 3; }

// As if drawn at random: capitals and small letters, and digits or letters in no order. An UUID, a
// hash in hex, words_of_a_name and UsualCamelCase are not.
bool looks_drawn(std::string_view run) {
  if (!std::ranges::any_of(run, is_upper) || !std::ranges::any_of(run, is_lower)) return false;
  if (std::ranges::any_of(run, is_digit)) return true;
  std::size_t turns = 0;
  for (std::size_t i = 1; i < run.size(); ++i) turns += kind_of(run[i - 1]) != kind_of(run[i]);
  return turns * 5 >= run.size() * 2;
}

// How much of the text's begin is a credential; 0: none of it.
std::size_t credential_at(std::string_view text) {
  const bool ours = text.size() > kPrefix && text[0] == 'g' && text[3] == '_';
  const bool dotted = ours || text.starts_with("eyJ");
  const auto end = std::ranges::find_if_not(
      text, [dotted](char c) { return is_letter(c) || (dotted && c == '.'); });
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length < kLeast) return 0;
  return dotted || looks_drawn(text.substr(0, length)) ? length : 0;
}

// The user information of an authority that begins here, with its '@' (RFC 3986 §3.2.1).
std::size_t user_information_at(std::string_view text) {
  const std::size_t end = text.find_first_of("/?# \n");
  const std::size_t at = text.substr(0, end).rfind('@');
  return at == std::string_view::npos ? 0 : at + 1;
}

}  // namespace

std::string without_credentials(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    if (rest.starts_with("://")) {
      const std::size_t length = user_information_at(rest.substr(3));
      out.append("://").append(length > 0 ? "...@" : "");
      at += 3 + length;
      continue;
    }
    // A prefix of ours counts in the middle of a word too, a run of letters from its begin on.
    const bool begins = at == 0 || !is_letter(text[at - 1]);
    const bool known = rest.starts_with("eyJ") || (rest.size() > kPrefix && rest[0] == 'g' &&
                                                   rest[3] == '_');
    const std::size_t length = begins || known ? credential_at(rest) : 0;
    if (length > 0) {
      out.append(rest.substr(0, kPrefix)).append("...");
      at += length;
    } else {
      out += rest.front();
      ++at;
    }
  }
  return out;
}

}  // namespace grantd::server
