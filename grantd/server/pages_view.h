// What a template is given: names and their values, already made fit to be shown. The kind of a
// name decides where a template may insert it (pages_check.h).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "grantd/oauth/redirect_uri.h"

namespace grantd::server {

// Where a page may lead: https, http on loopback, or a path of our own. Nothing else gets
// into an href: no `javascript:`, no `data:`, no other host by "//" (security checklist XS-02).
class PageUrl {
 public:
  // At most 4,000 characters of printable ASCII without blank, quotes, <, > and backslash.
  static std::optional<PageUrl> parse(std::string_view text);
  // A checked address of an app: http or https, no fragment, printable ASCII. `query` is added to
  // its own; percent-encoded.
  static PageUrl of(const oauth::RedirectUri& uri, std::string_view query = {});
  const std::string& str() const { return text_; }

 private:
  explicit PageUrl(std::string_view text) : text_(text) {}
  std::string text_;
};

inline constexpr std::size_t kShownNameMax = 64;

// A name that others chose, fit to stand in our sentences: control, bidirectional, zero-width and
// other invisible characters go, blanks become one, at most 64 characters stay (XS-01, XS-09).
// Empty where nothing is left.
std::string shown_name(std::string_view text);

// Text that others chose and that is compared by machines (addresses, codes): what cannot be seen
// becomes \xNN or \u{NNNN}, and past `characters_max` characters it ends in "…".
std::string shown_wire(std::string_view text, std::size_t characters_max);

// The first character of a name, for the tile; in capitals where it is ASCII.
std::string first_letter(std::string_view name);

// The characters of UTF-8 text, one string each; a byte that fits nowhere is one character.
std::vector<std::string_view> characters(std::string_view text);

enum class NameKind {
  text,  // words and values
  name,  // chosen by an app or a person: always in <bdi>
  url,   // the only thing that may be an href, src or action
  flag,  // a section that is shown or not
  list,  // a section that is shown once a row
};

class View {
 public:
  using Rows = std::vector<View>;
  struct Entry {
    std::string_view name;  // a literal
    NameKind kind;
    std::variant<std::string, bool, Rows> value;
  };

  // Empty text, name or list and an absent URL are as if never set: their section is left out.
  View& text(std::string_view name, std::string value);
  View& name(std::string_view name, std::string_view value);  // passes through shown_name
  View& url(std::string_view name, const std::optional<PageUrl>& value);
  View& flag(std::string_view name, bool value);
  View& list(std::string_view name, Rows rows);

  const std::vector<Entry>& entries() const { return entries_; }
  bool has(std::string_view name) const;

 private:
  std::vector<Entry> entries_;
};

}  // namespace grantd::server
