#include "grantd/server/without_credentials.h"

#include <algorithm>

namespace grantd::server {
namespace {

constexpr std::size_t kPrefix = 4;
constexpr std::size_t kLeast = 22;  // 128 bits as base64url: what a secret has at least
constexpr int kCapitals = 5;        // so many in a row of letters: no word is written like that

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) {
  return is_upper(c) || is_lower(c) || is_digit(c) || c == '-' || c == '_';
}

// How much of the text's begin is a credential; 0: none of it.
std::size_t credential_at(std::string_view text) {
  const bool ours = text.size() > kPrefix && text[0] == 'g' && text[3] == '_';
  const bool dotted = ours || text.starts_with("eyJ");
  const auto end = std::ranges::find_if_not(
      text, [dotted](char c) { return is_letter(c) || (dotted && c == '.'); });
  const auto length = static_cast<std::size_t>(end - text.begin());
  if (length < kLeast) return 0;
  const std::string_view run = text.substr(0, length);
  // Drawn at random, it has both cases, and digits or many capitals.
  const auto capitals = std::ranges::count_if(run, is_upper);
  const bool drawn = capitals > 0 && std::ranges::any_of(run, is_lower) &&
                     (std::ranges::any_of(run, is_digit) || capitals >= kCapitals);
  return dotted || drawn ? length : 0;
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
