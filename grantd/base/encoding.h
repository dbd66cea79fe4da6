// Encodings, all strict: what is not canonical is refused.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "grantd/base/bytes.h"

namespace grantd {

// base64url without padding (RFC 4648 §5, RFC 7515 §2). Decoding refuses padding, foreign
// characters and non-zero trailing bits.
std::string base64url_encode(ByteView bytes);
std::optional<Bytes> base64url_decode(std::string_view text);
void append_base64url(std::string& out, ByteView bytes);
// Into `out`; false where the text is not exactly so many bytes.
bool base64url_decode_to(std::span<std::uint8_t> out, std::string_view text);

// base64 with padding (RFC 4648 §4), as HTTP Basic has it. Missing padding is refused.
std::string base64_encode(ByteView bytes);
std::optional<Bytes> base64_decode(std::string_view text);

std::string hex_encode(ByteView bytes);  // lower case
std::optional<Bytes> hex_decode(std::string_view text);

// Percent-encodes all but the unreserved characters of RFC 3986 §2.3.
std::string percent_encode(std::string_view text);
void append_percent_encoded(std::string& out, std::string_view text);
// Undoes percent-encoding; nothing where a % is not followed by two hex digits.
std::optional<std::string> percent_decode(std::string_view text);
// The same for application/x-www-form-urlencoded: '+' is a space.
std::optional<std::string> form_decode(std::string_view text);
// The same, written to `out`, which has room for text.size() bytes.
struct DecodedText {
  std::size_t bytes = 0;
  bool plain = true;  // ASCII without NUL, so well-formed UTF-8
};
std::optional<DecodedText> form_decode_to(char* out, std::string_view text);
// As form_decode reads it back: unreserved as is, a space as '+', the rest as %XX.
std::string form_encode(std::string_view text);

// Whether the text is well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates).
bool is_utf8(std::string_view text);

std::string html_escape(std::string_view text);  // & < > " '

// For a terminal or a log line: control characters, DEL, invalid UTF-8 and bidirectional controls
// as \xNN or \u{NNNN}; everything else as it is. The result is one line.
std::string printable(std::string_view text);

std::string lower_ascii(std::string_view text);
bool same_but_case(std::string_view a, std::string_view b);  // of ASCII letters
bool is_ascii_printable(std::string_view text);  // 0x20..0x7e only
std::string_view trim(std::string_view text);    // blanks and tabs at both ends
std::vector<std::string_view> split(std::string_view text, char separator);

}  // namespace grantd
