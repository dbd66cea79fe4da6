#include "apps/lesson/page_s256.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/page_views.h"
#include "grantd/base/encoding.h"
#include "grantd/base/hash.h"

namespace grantd::lesson {
namespace {

constexpr std::size_t kVerifierMin = 43;

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("-._~").find(c) != std::string_view::npos;
}

// RFC 7636 §4.1.
bool is_verifier(std::string_view text) {
  return text.size() >= kVerifierMin && text.size() <= kVerifierMax &&
         std::ranges::all_of(text, is_unreserved);
}

Html row(std::string_view label, const Html& value) {
  Html out;
  return out << "<div><dt>" << shown(label) << "</dt><dd>" << value << "</dd></div>";
}

Html length_line(const Sight& sight, std::string_view verifier) {
  Html out;
  const std::string count = std::to_string(verifier.size());
  if (is_verifier(verifier)) {
    out << "<b class=\"good-ink\">✓ " << filled(sight, "page_s256_fits", count) << "</b>";
  } else {
    out << "<b class=\"bad-ink\">✗ " << filled(sight, "page_s256_fits_not", count) << "</b>";
  }
  return out;
}

// What the alphabet of URLs writes otherwise, marked.
Html marked(std::string_view text, std::string_view others) {
  Html out;
  out << "<code>";
  for (const char& c : text) {
    const std::string_view one(&c, 1);
    if (others.find(c) == std::string_view::npos) {
      out << shown(one);
    } else {
      out << "<mark>" << shown(one) << "</mark>";
    }
  }
  return out << "</code>";
}

// "13 d3 1e", "000100 111101 001100 011110", "E 9 M e": three bytes make four letters.
Html letters(ByteView digest, std::string_view base64) {
  Html out;
  out << "<ol class=\"bits\">";
  for (std::size_t at = 0; at < digest.size(); at += 3) {
    const std::size_t count = std::min<std::size_t>(3, digest.size() - at);
    std::string bytes, bits, fours;
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      value = value << 8 | (i < count ? digest[at + i] : 0U);
      if (i < count) bytes += fmt::format("{}{:02x}", i == 0 ? "" : " ", digest[at + i]);
    }
    for (std::size_t i = 0; i <= count; ++i) {
      const std::uint32_t six = value >> (18 - 6 * i) & 63U;
      bits += fmt::format("{}{:06b}", i == 0 ? "" : " ", six);
      fours += fmt::format("{}{}", i == 0 ? "" : " ", base64[at / 3 * 4 + i]);
    }
    out << "<li><code>" << shown(bytes) << "</code> <code>" << shown(bits) << "</code> <b><code>"
        << shown(fours) << "</code></b></li>";
  }
  return out << "</ol>";
}

Html lines(const Sight& sight, std::string_view verifier) {
  const auto digest = sha256(verifier);
  const std::string base64 = base64_encode(digest), url = base64url_encode(digest);
  Html hex, result;
  hex << "<code>" << shown(hex_encode(digest)) << "</code>";
  result << "<b>" << marked(url, "-_") << "</b>";
  Html out;
  return out << "<dl class=\"par\" id=\"s256-lines\">"
             << row("code_verifier", length_line(sight, verifier)) << row("SHA-256", hex)
             << row("base64", marked(base64, "+/=")) << row("code_challenge", result) << "</dl>"
             << "<details class=\"rest\"><summary>" << shown(sight.word("page_letters"))
             << "</summary><div id=\"s256-letters\">" << letters(digest, base64)
             << "</div></details>";
}

}  // namespace

Html s256_field(const Sight& sight) {
  const std::string_view verifier =
      sight.learner.verifier.empty() ? kSampleVerifier : std::string_view(sight.learner.verifier);
  Html out;
  out << "<section class=\"field\" id=\"s256\"><h2>" << shown(sight.word("page_s256")) << "</h2>"
      << form_to(sight, "/learn/step-2", "s256")
      << "<div class=\"field\"><label for=\"verifier\">" << shown(sight.word("page_s256_label"))
      << "</label><input id=\"verifier\" name=\"verifier\" autocomplete=\"off\" "
         "autocapitalize=\"none\" spellcheck=\"false\" maxlength=\""
      << static_cast<int>(kVerifierMax) << "\" value=\"" << wire(verifier)
      << "\" data-fits=\"" << shown(sight.word("page_s256_fits")) << "\" data-not=\""
      << shown(sight.word("page_s256_fits_not")) << "\"></div><div class=\"row\">"
      << button(sight, "s256", "page_s256_do", "btn plain slim") << "</div></form>";
  return out << lines(sight, verifier) << "</section>";
}

}  // namespace grantd::lesson
