// What was sent: the names that OAuth knows, the values that are no secret by their kind.
#include <algorithm>
#include <array>
#include <charconv>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/core/raw.h"
#include "grantd/server/answer.h"
#include "grantd/server/config_nearest.h"
#include "grantd/server/walk_trace.h"
#include "grantd/server/without_credentials.h"

namespace grantd::server {
namespace {

constexpr std::size_t kItemsMax = 64;
constexpr std::size_t kNameMax = 40;    // longer ones are nobody's
constexpr std::size_t kValueMax = 300;  // of a value that may be shown, as it came
constexpr std::size_t kNotedMax = 4096;

// Their values are public, or the app's own words. Whatever is not here is not shown.
constexpr std::string_view kShown[] = {
    "response_type", "response_mode", "client_id",  "redirect_uri",
    "scope",         "prompt",        "max_age",    "code_challenge_method",
    "grant_type",    "resource",      "ui_locales", "token_type_hint",
    "acr_values",    "display",       "answer",     "client_assertion_type",
    "post_logout_redirect_uri",
};
// Secrets, what may hold one, and what is about a person: there they were, and how long.
constexpr std::string_view kNamed[] = {
    "state",         "nonce",         "code",         "code_verifier", "code_challenge",
    "client_secret", "refresh_token", "token",        "access_token",  "client_assertion",
    "assertion",     "id_token_hint", "login_hint",   "logout_hint",   "request",
    "request_uri",   "claims",        "user",         "username",      "password",
    "new_password",  "new_password_again", "form",    "resume",        "said",
    "everywhere",    "end",           "keep",         "narrow",        "withdraw",
    "change",        "registration",  "iss",          "session_state", "id_token",
    "error",         "error_description", "dpop_jkt", "authorization_details",
};

enum class Kind : std::uint8_t { shown, named, unknown };

struct KnownName {
  std::string_view name;
  Kind kind = Kind::unknown;
};

// All of them by length, so that a name is compared with the few that are as long.
constexpr auto kKnown = [] {
  std::array<KnownName, std::size(kShown) + std::size(kNamed)> all;
  std::size_t count = 0;
  for (const std::string_view name : kShown) all[count++] = {name, Kind::shown};
  for (const std::string_view name : kNamed) all[count++] = {name, Kind::named};
  std::ranges::sort(all, {}, [](const KnownName& known) { return known.name.size(); });
  return all;
}();
// Where in kKnown those of a length begin.
constexpr auto kKnownFrom = [] {
  std::array<std::size_t, kNameMax + 2> from{};
  for (std::size_t size = 0; size < from.size(); ++size) {
    while (from[size] < kKnown.size() && kKnown[from[size]].name.size() < size) ++from[size];
  }
  return from;
}();

Kind kind_of(std::string_view name) {
  if (name.empty() || name.size() > kNameMax) return Kind::unknown;
  for (std::size_t i = kKnownFrom[name.size()]; i < kKnownFrom[name.size() + 1]; ++i) {
    const std::string_view known = kKnown[i].name;  // not empty, and as long
    if (known.front() == name.front() && known == name) return kKnown[i].kind;
  }
  return Kind::unknown;
}

// An item is a line: the place, the name, '=' and the value as it came, or ':' and its length. An
// unknown name keeps what a misspelled one would need, and is followed by '?' and a length.
class Notes {
 public:
  bool are_enough() const { return size() > kNotedMax; }  // of what the request makes up

  // `name` is at most kNameMax long, `value` kValueMax.
  void note(char place, std::string_view name, std::string_view value) {
    CHECK(size() + kLineMax <= text_.size());
    *end_++ = place;
    put(name);
    *end_++ = '=';
    put(value);
    *end_++ = '\n';
  }
  void note_length(char place, std::string_view name, char kind, std::size_t length) {
    CHECK(size() + kLineMax <= text_.size());
    *end_++ = place;
    put(name);
    *end_++ = kind;
    end_ = std::to_chars(end_, text_.data() + text_.size(), length).ptr;
    *end_++ = '\n';
  }
  std::string take() const { return std::string(text_.data(), size()); }

 private:
  static constexpr std::size_t kLineMax = kNameMax + kValueMax + 24;
  static constexpr std::size_t kOurLines = 6;  // of note_fields, and a last one of the request

  std::size_t size() const { return static_cast<std::size_t>(end_ - text_.data()); }
  void put(std::string_view text) { end_ = std::copy(text.begin(), text.end(), end_); }

  std::array<char, kNotedMax + kOurLines * kLineMax> text_;
  char* end_ = text_.data();
};

bool is_word(std::string_view text) {
  return !text.empty() && text.size() <= kNameMax && std::ranges::all_of(text, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-' ||
           (c >= '0' && c <= '9') || c == '[' || c == ']';
  });
}

void note_form(Notes& notes, char place, std::string_view form) {
  std::size_t items = 0;
  while (!form.empty()) {
    const std::size_t end = std::min(form.find('&'), form.size());
    const std::string_view item = form.substr(0, end);
    form.remove_prefix(std::min(end + 1, form.size()));
    if (item.empty()) continue;
    if (++items > kItemsMax || notes.are_enough()) return;
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view name = item.substr(0, equals);
    const std::string_view value = item.substr(std::min(equals + 1, item.size()));
    const Kind kind = kind_of(name);
    if (kind == Kind::shown && value.size() <= kValueMax &&
        value.find('\n') == std::string_view::npos) {
      notes.note(place, name, value);
    } else if (kind != Kind::unknown) {
      notes.note_length(place, name, ':', value.size());
    } else {
      notes.note_length(place, is_word(name) ? name : std::string_view(), '?', value.size());
    }
  }
}

// "Basic", where it is one that HTTP knows (RFC 7617, 6750, 9449); the rest is not looked at.
std::string_view scheme_of(std::string_view authorization) {
  const std::string word = lower_ascii(authorization.substr(0, authorization.find(' ')));
  if (word == "basic") return "Basic";
  if (word == "bearer") return "Bearer";
  if (word == "dpop") return "DPoP";
  return {};
}

void note_fields(Notes& notes, const http::Request& request) {
  if (const auto sent = request.fields.find("authorization")) {
    const std::string_view scheme = scheme_of(*sent);
    if (scheme.empty()) {
      notes.note_length('h', "Authorization", ':', sent->size());
    } else {
      notes.note('h', "Authorization", scheme);
    }
  }
  const auto cookies = request.fields.find("cookie");
  if (!cookies) return;
  for (std::string_view name : {"grantd-session=", "grantd-browser=", "grantd-device="}) {
    if (cookies->find(name) == std::string::npos) continue;
    name.remove_prefix(std::string_view("grantd-").size());
    name.remove_suffix(1);
    notes.note_length('c', name, ':', 0);
  }
}

const std::vector<std::string_view>& known_names() {
  static const std::vector<std::string_view> kAll = [] {
    std::vector<std::string_view> all(std::begin(kShown), std::end(kShown));
    all.insert(all.end(), std::begin(kNamed), std::end(kNamed));
    return all;
  }();
  return kAll;
}

SentItem::Place place_of(char place) {
  switch (place) {
    case 'b': return SentItem::Place::body;
    case 'h': return SentItem::Place::header;
    case 'c': return SentItem::Place::cookie;
    default: return SentItem::Place::query;
  }
}

SentItem read_item(std::string_view line) {
  SentItem item;
  item.place = place_of(line.front());
  const std::size_t end = line.find_first_of("=:?", 1);
  item.name = line.substr(1, end - 1);
  const std::string_view rest = line.substr(end + 1);
  if (line[end] == '=') {
    const std::optional<std::string> decoded = form_decode(rest);
    item.value = without_credentials(printable(decoded ? *decoded : std::string(rest)));
    item.shown = true;
    item.bytes = static_cast<std::int64_t>(rest.size());
    return item;
  }
  std::from_chars(rest.data(), rest.data() + rest.size(), item.bytes);
  if (line[end] == '?') {
    // A name that nobody knows may be a secret that was put there; a misspelled one is shown.
    item.meant = nearest(lower_ascii(item.name), known_names());
    if (item.meant.empty()) item.name.clear();
  }
  return item;
}

}  // namespace

std::string note_sent(const http::Request& request) {
  Notes notes;
  note_form(notes, 'q', request.query);
  if (!request.body.empty()) {
    const auto type = request.fields.find("content-type");
    if (type && core::is_form(*type)) {
      note_form(notes, 'b', request.body);
    } else {
      notes.note_length('b', "body", ':', request.body.size());
    }
  }
  note_fields(notes, request);
  return notes.take();
}

std::vector<SentItem> read_sent(std::string_view noted) {
  std::vector<SentItem> items;
  for (const std::string_view line : split(noted, '\n')) {
    if (!line.empty()) items.push_back(read_item(line));
  }
  return items;
}

}  // namespace grantd::server
