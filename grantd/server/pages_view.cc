#include "grantd/server/pages_view.h"

#include <array>
#include <cstdint>
#include <cstdio>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

constexpr std::size_t kUrlBytesMax = 4000;

struct Span {
  std::uint32_t first, last;
};

// Characters that show nothing or turn the order of others (Unicode 15: Cc, Cf, fillers).
constexpr std::array kUnseen = {
    Span{0x00, 0x1f},       Span{0x7f, 0x9f},       Span{0xad, 0xad},       Span{0x34f, 0x34f},
    Span{0x600, 0x605},     Span{0x61c, 0x61c},     Span{0x6dd, 0x6dd},     Span{0x70f, 0x70f},
    Span{0x890, 0x891},     Span{0x8e2, 0x8e2},     Span{0x115f, 0x1160},   Span{0x17b4, 0x17b5},
    Span{0x180b, 0x180f},   Span{0x200b, 0x200f},   Span{0x2028, 0x202e},   Span{0x2060, 0x206f},
    Span{0x2800, 0x2800},   Span{0x3164, 0x3164},   Span{0xfe00, 0xfe0f},   Span{0xfeff, 0xfeff},
    Span{0xffa0, 0xffa0},   Span{0xfff0, 0xfffc},   Span{0x110bd, 0x110bd}, Span{0x110cd, 0x110cd},
    Span{0x13430, 0x1343f}, Span{0x1bca0, 0x1bca3}, Span{0x1d173, 0x1d17a}, Span{0xe0000, 0xe0fff},
};

bool is_unseen(std::uint32_t code) {
  for (const Span& span : kUnseen) {
    if (code >= span.first && code <= span.last) return true;
  }
  return false;
}

// Blanks of every width (Unicode Zs).
bool is_blank(std::uint32_t code) {
  return code == ' ' || code == '\t' || code == '\n' || code == '\r' || code == 0xa0 ||
         code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f || code == 0x205f ||
         code == 0x3000;
}

// The code point of one character as `characters` cuts them; U+FFFD for a stray byte.
std::uint32_t code_point(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]); };
  if (character.size() == 1) return byte(0) < 0x80 ? byte(0) : 0xfffd;
  std::uint32_t code = byte(0) & (0xffU >> (character.size() + 1));
  for (std::size_t i = 1; i < character.size(); ++i) code = code << 6 | (byte(i) & 0x3f);
  return code;
}

std::string escaped_code(std::uint32_t code) {  // "\u{200B}"
  std::array<char, 16> text{};
  std::snprintf(text.data(), text.size(), "\\u{%04X}", code);
  return text.data();
}

bool starts_with_loopback(std::string_view after_scheme) {
  for (const std::string_view host : {"127.0.0.1", "localhost", "[::1]"}) {
    if (!after_scheme.starts_with(host)) continue;
    const std::string_view rest = after_scheme.substr(host.size());
    if (rest.empty() || rest[0] == ':' || rest[0] == '/' || rest[0] == '?') return true;
  }
  return false;
}

}  // namespace

std::optional<PageUrl> PageUrl::parse(std::string_view text) {
  if (text.empty() || text.size() > kUrlBytesMax || !is_ascii_printable(text)) return std::nullopt;
  if (text.find_first_of(" \"'<>\\`{}") != std::string_view::npos) return std::nullopt;
  if (text[0] == '/' && !text.starts_with("//")) return PageUrl(text);
  const bool is_https = text.starts_with("https://");
  if (!is_https && !text.starts_with("http://")) return std::nullopt;
  const std::string_view after = text.substr(is_https ? 8 : 7);
  const std::string_view authority = after.substr(0, after.find_first_of("/?#"));
  // RFC 3986 §3.2.1: a user part makes another host look like a known one.
  if (authority.empty() || authority.find('@') != std::string_view::npos) return std::nullopt;
  if (is_https || starts_with_loopback(after)) return PageUrl(text);
  return std::nullopt;
}

PageUrl PageUrl::of(const oauth::RedirectUri& uri, std::string_view query) {
  CHECK(!uri.is_private_use());
  return PageUrl(query.empty() ? uri.str() : uri.with_query(query));
}

std::vector<std::string_view> characters(std::string_view text) {
  std::vector<std::string_view> all;
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t wanted = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const std::string_view one = text.substr(i, wanted);
    all.push_back(one.size() == wanted && is_utf8(one) ? one : text.substr(i, 1));
    i += all.back().size();
  }
  return all;
}

std::string shown_name(std::string_view text) {
  std::vector<std::string> kept;
  // Four bytes a character, and as much again for what is dropped: more is not looked at.
  for (const std::string_view one : characters(text.substr(0, kShownNameMax * 16))) {
    const std::uint32_t code = code_point(one);
    if (is_blank(code)) {
      if (!kept.empty() && kept.back() != " ") kept.emplace_back(" ");
    } else if (!is_unseen(code)) {
      kept.emplace_back(code == 0xfffd ? "\xef\xbf\xbd" : one);
    }
  }
  while (!kept.empty() && kept.back() == " ") kept.pop_back();
  if (kept.size() > kShownNameMax) {
    kept.resize(kShownNameMax - 1);
    kept.emplace_back("…");
  }
  std::string result;
  for (const std::string& one : kept) result += one;
  return result;
}

std::string shown_wire(std::string_view text, std::size_t characters_max) {
  std::string result;
  std::size_t count = 0;
  for (const std::string_view one : characters(text)) {
    if (++count > characters_max) return result + "…";
    const std::uint32_t code = code_point(one);
    const bool is_seen = code < 0x80 || (!is_unseen(code) && !is_blank(code));
    result += is_seen ? printable(one) : escaped_code(code);
  }
  return result;
}

std::string first_letter(std::string_view name) {
  const std::vector<std::string_view> all = characters(name.substr(0, 4));
  if (all.empty()) return {};
  std::string letter(all.front());
  if (letter[0] >= 'a' && letter[0] <= 'z') letter[0] = static_cast<char>(letter[0] - 'a' + 'A');
  return letter;
}

bool View::has(std::string_view name) const {
  for (const Entry& entry : entries_) {
    if (entry.name == name) return true;
  }
  return false;
}

View& View::text(std::string_view name, std::string value) {
  if (!value.empty()) entries_.push_back({name, NameKind::text, std::move(value)});
  return *this;
}

View& View::name(std::string_view name, std::string_view value) {
  std::string shown = shown_name(value);
  if (!shown.empty()) entries_.push_back({name, NameKind::name, std::move(shown)});
  return *this;
}

View& View::url(std::string_view name, const std::optional<PageUrl>& value) {
  if (value) entries_.push_back({name, NameKind::url, value->str()});
  return *this;
}

View& View::flag(std::string_view name, bool value) {
  entries_.push_back({name, NameKind::flag, value});
  return *this;
}

View& View::list(std::string_view name, Rows rows) {
  if (!rows.empty()) entries_.push_back({name, NameKind::list, std::move(rows)});
  return *this;
}

}  // namespace grantd::server
