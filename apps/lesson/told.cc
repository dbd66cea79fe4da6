#include "apps/lesson/told.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"

namespace grantd::lesson {
namespace {

constexpr std::size_t kShownOfToken = 8;

std::string s256(std::string_view verifier) {
  return "S256 = " + base64url_encode(sha256(verifier));
}

std::size_t first_difference(std::string_view a, std::string_view b) {
  std::size_t at = 0;
  while (at < a.size() && at < b.size() && a[at] == b[at]) ++at;
  return at;
}

// A wrong verifier, compared as the server compares it.
void compare_verifiers(const Played& played, const Exchange& exchange, Why& out) {
  if (!out.expected.empty() || exchange.request != "token") return;
  const auto sent = std::ranges::find(exchange.fields, "code_verifier", &SentField::name);
  const std::string challenge = played.value("challenge");
  if (sent == exchange.fields.end() || sent->left_out || !sent->changed || challenge.empty()) {
    return;
  }
  const std::string expected = "S256 = " + challenge, found = s256(sent->value);
  if (found == expected) return;  // the same one, sent in the wrong place
  out.expected = expected;
  out.found = found;
}

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// The value's variable, where it is one of the room's secrets.
std::string variable_of(const std::string& value, const Pairs& values) {
  for (const auto& [name, text] : values) {
    if (text != value || text.empty()) continue;
    if (name == "client_secret") return "$POSTCARD_SECRET";
    if (!name.ends_with("_secret")) continue;
    std::string out = "$";
    for (const char c : name) out += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
  }
  return {};
}

}  // namespace

std::optional<Why> why(const Played& played, const Exchange& exchange) {
  if (!exchange.walk || exchange.walk->reasons.empty()) return std::nullopt;
  const core::Reason& last = exchange.walk->reasons.back();
  Why out{last.citation, last.text, last.expected, last.found};
  compare_verifiers(played, exchange, out);
  if (!out.expected.empty() && !out.found.empty()) {
    out.differs = first_difference(out.expected, out.found);
  }
  return out;
}

std::string as_curl(const Exchange& exchange, const Pairs& values) {
  std::string out = "curl -i";
  if (exchange.method != "GET") out += " -X " + exchange.method;
  for (const SentField& field : exchange.fields) {
    if (field.left_out) continue;
    const std::string variable = field.secret ? variable_of(field.value, values) : "";
    const std::string value = variable.empty() ? quoted(field.name + "=" + field.value)
                                               : "\"" + field.name + "=" + variable + "\"";
    if (field.place == SentField::Place::form) out += " --data-urlencode " + value;
    if (field.place == SentField::Place::query) out += " --url-query " + value;
    if (field.place == SentField::Place::header && field.name != "Content-Type") {
      out += " -H " + quoted(field.name + ": " + field.value);
    }
  }
  return out + " " + quoted(exchange.url);
}

std::string status_text(int status) {
  constexpr std::pair<int, std::string_view> kTexts[] = {{200, "OK"},
                                                         {302, "Found"},
                                                         {303, "See Other"},
                                                         {400, "Bad Request"},
                                                         {401, "Unauthorized"},
                                                         {403, "Forbidden"},
                                                         {404, "Not Found"},
                                                         {405, "Method Not Allowed"},
                                                         {503, "Service Unavailable"}};
  for (const auto& [number, text] : kTexts) {
    if (number == status) return fmt::format("{} {}", status, text);
  }
  return std::to_string(status);
}

std::string short_value(std::string_view value, std::size_t columns_max) {
  constexpr std::string_view kPrefixes[] = {"gac_", "grt_", "gat_", "gcs_", "gar_", "gaf_"};
  for (const std::string_view prefix : kPrefixes) {
    if (value.starts_with(prefix) && value.size() > prefix.size() + kShownOfToken) {
      return std::string(value.substr(0, prefix.size() + kShownOfToken)) + "…";
    }
  }
  const std::string fits = short_line(value, columns_max);
  if (fits.size() == value.size()) return fits;
  return short_line(value, columns_max - std::min<std::size_t>(columns_max, 1)) + "…";
}

std::string short_line(std::string_view text, std::size_t columns_max) {
  std::size_t at = 0, columns = 0;
  for (; at < text.size(); ++at) {
    if ((text[at] & 0xc0) != 0x80 && ++columns > columns_max) break;
  }
  return std::string(text.substr(0, at));
}

}  // namespace grantd::lesson
