#include "apps/grantd/token_words.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

constexpr std::size_t kValueMax = 300;
constexpr std::size_t kNameColumns = 14;
constexpr std::size_t kMeaningColumn = 42;
constexpr std::size_t kLineColumns = 100;

struct Meaning {
  std::string_view claim, text;
};
// RFC 7519 §4.1, RFC 9068 §2.2, OpenID Connect Core §2, §5.1.
constexpr Meaning kMeanings[] = {
    {"iss", "who made it"},
    {"sub", "who it is about: a name that is unique at this issuer and never changes"},
    {"client_id", "which app it was given to"},
    {"scope", "what it is good for"},
    {"jti", "its own number"},
    {"nonce", "binds it to one sign-in of the app"},
    {"at_hash", "binds it to the access token that came with it"},
    {"c_hash", "binds it to the code that came with it"},
    {"azp", "the app that it was made for"},
    {"acr", "how surely the person was recognised"},
    {"amr", "how the person signed in: pwd is a password, otp a code, hwk a key in hardware"},
    {"sid", "the sign-in in the person's browser"},
    {"grant_id", "the permission that it came from"},
    {"cnf", "the key that its holder must prove to have: a copy of the token alone is useless"},
    {"act", "who acts in the person's place"},
    {"authorization_details", "what it is good for, in detail"},
    {"name", "the person's name"},
    {"email", "the person's e-mail address"},
    {"email_verified", "whether the issuer has seen that the address is theirs"},
    {"preferred_username", "what the person calls themselves; it may change"},
    {"updated_at", "when the person's details last changed"},
    {"events", "what happened"},
};

bool is_date(std::string_view claim) {
  constexpr std::string_view kDates[] = {"exp", "iat", "nbf", "auth_time", "updated_at"};
  return std::ranges::find(kDates, claim) != std::end(kDates);
}

std::string_view meaning_of(std::string_view claim, bool of_id_token) {
  if (claim == "aud") {
    return of_id_token ? "which app it is for; any other must refuse it"
                       : "which API it is for; any other must refuse it";
  }
  const auto found = std::ranges::find(kMeanings, claim, &Meaning::claim);
  return found == std::end(kMeanings) ? "" : found->text;
}

std::string_view word_of(std::string_view claim) {
  if (claim == "exp") return "ends";
  if (claim == "iat") return "was made";
  if (claim == "nbf") return "counts from then on:";
  if (claim == "auth_time") return "the person signed in";
  return "";
}

std::string value_of(const Json& value) {
  const std::string* text = value.as_string();
  const std::string whole = text ? *text : value.dump();
  return printable(whole.substr(0, kValueMax)) + (whole.size() > kValueMax ? "..." : "");
}

std::string counted(std::int64_t number, std::string_view unit) {
  return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
}

}  // namespace

std::string from_now(Time at, Time now) {
  const auto difference = std::chrono::duration_cast<seconds>(at - now).count();
  const std::int64_t length = difference < 0 ? -difference : difference;
  if (length < 2) return "just now";
  const std::string text = length < 120         ? counted(length, "second")
                           : length < 2 * 3600  ? counted((length + 30) / 60, "minute")
                           : length < 48 * 3600 ? counted((length + 1800) / 3600, "hour")
                                                : counted((length + 43200) / 86400, "day");
  return difference < 0 ? text + " ago" : "in " + text;
}

std::string claims_in_words(const Json& claims, bool of_id_token, Time now) {
  std::string out;
  if (!claims.as_object()) return out;
  for (const auto& [name, value] : *claims.as_object()) {
    std::string shown = value_of(value);
    std::string meaning(meaning_of(name, of_id_token));
    constexpr std::int64_t kYear3000 = 32'503'680'000;
    const auto* number = value.as_int();
    if (is_date(name) && number && *number >= 0 && *number < kYear3000) {
      const Time at = from_seconds(*number);
      const std::string_view word = word_of(name);
      shown = to_rfc3339(at);
      meaning = word.empty() ? fmt::format("{}, {}", meaning, from_now(at, now))
                             : fmt::format("{} {}", word, from_now(at, now));
    }
    const std::string head = fmt::format("  {:<{}} {}", printable(name), kNameColumns, shown);
    const std::size_t beside = std::max(head.size() + 2, kMeaningColumn);
    if (meaning.empty()) {
      out += head + "\n";
    } else if (beside + meaning.size() <= kLineColumns) {
      out += fmt::format("{:<{}}{}\n", head, beside, meaning);
    } else {
      out += fmt::format("{}\n{:<{}}{}\n", head, "", kNameColumns + 5, meaning);
    }
  }
  return out;
}

}  // namespace grantd::app
