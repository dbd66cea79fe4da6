#include "grantd/base/encoding.h"

#include <algorithm>

namespace grantd {
namespace {

constexpr char kUrlAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr char kHex[] = "0123456789abcdef";
constexpr char kUpperHex[] = "0123456789ABCDEF";
constexpr std::uint8_t kForeign = 0xff;

using ReverseTable = std::array<std::uint8_t, 256>;

constexpr ReverseTable reverse(const char* alphabet) {
  ReverseTable table{};
  table.fill(kForeign);
  for (std::uint8_t i = 0; i < 64; ++i) table[static_cast<unsigned char>(alphabet[i])] = i;
  return table;
}
constexpr ReverseTable kUrlReverse = reverse(kUrlAlphabet);
constexpr ReverseTable kReverse = reverse(kAlphabet);

// Without padding.
std::string encode_with(const char* alphabet, ByteView bytes) {
  std::string out((bytes.size() * 4 + 2) / 3, '\0');
  char* to = out.data();
  std::size_t i = 0;
  const std::uint8_t* const from = bytes.data();
  for (; i + 3 <= bytes.size(); i += 3, to += 4) {
    const unsigned group = unsigned{from[i]} << 16 | unsigned{from[i + 1]} << 8 | from[i + 2];
    to[0] = alphabet[group >> 18];
    to[1] = alphabet[group >> 12 & 63];
    to[2] = alphabet[group >> 6 & 63];
    to[3] = alphabet[group & 63];
  }
  if (bytes.size() - i == 1) {
    *to++ = alphabet[bytes[i] >> 2];
    *to++ = alphabet[bytes[i] << 4 & 63];
  } else if (bytes.size() - i == 2) {
    const unsigned group = unsigned{bytes[i]} << 8 | bytes[i + 1];
    *to++ = alphabet[group >> 10];
    *to++ = alphabet[group >> 4 & 63];
    *to++ = alphabet[group << 2 & 63];
  }
  return out;
}

// Of text without padding.
std::optional<Bytes> decode_with(const ReverseTable& table, std::string_view text) {
  if (text.size() % 4 == 1) return std::nullopt;
  Bytes out(text.size() * 3 / 4);
  std::uint8_t* to = out.data();
  std::size_t i = 0;
  const auto value = [&](std::size_t at) -> unsigned {
    return table[static_cast<unsigned char>(text[at])];
  };
  for (; i + 4 <= text.size(); i += 4) {
    const unsigned a = value(i), b = value(i + 1), c = value(i + 2), d = value(i + 3);
    if (((a | b | c | d) & ~63U) != 0) return std::nullopt;
    const unsigned group = a << 18 | b << 12 | c << 6 | d;
    *to++ = static_cast<std::uint8_t>(group >> 16);
    *to++ = static_cast<std::uint8_t>(group >> 8);
    *to++ = static_cast<std::uint8_t>(group);
  }
  unsigned bits = 0;
  unsigned held = 0;
  for (; i < text.size(); ++i) {
    if (value(i) == kForeign) return std::nullopt;
    bits = bits << 6 | value(i);
    held += 6;
    if (held >= 8) {
      held -= 8;
      *to++ = static_cast<std::uint8_t>(bits >> held);
      bits &= (1U << held) - 1;
    }
  }
  // RFC 4648 §3.5: bits that carry nothing must be zero, or one value would have several spellings.
  if (bits != 0) return std::nullopt;
  return out;
}

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// RFC 3986 §2.3
constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (int c = 0; c < 256; ++c) {
    table[static_cast<std::size_t>(c)] = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                         (c >= '0' && c <= '9') || c == '-' || c == '.' ||
                                         c == '_' || c == '~';
  }
  return table;
}();

// How many characters at the front are unreserved.
std::size_t unreserved_prefix(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && kUnreserved[static_cast<unsigned char>(text[size])]) ++size;
  return size;
}

void append_percent(std::string& out, char c) {
  const auto byte = static_cast<unsigned char>(c);
  out += '%';
  out += kUpperHex[byte >> 4];
  out += kUpperHex[byte & 15];
}

// The two hex digits after the % at `at`; negative where they are not there.
int percent_value(std::string_view text, std::size_t at) {
  if (text.size() - at < 3) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

enum class Blank { percent, plus };

// By runs: most text has little to encode.
std::string encode_percent(std::string_view text, Blank blank) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  for (;;) {
    const std::size_t plain = unreserved_prefix(text);
    out += text.substr(0, plain);
    if (plain == text.size()) return out;
    if (text[plain] == ' ' && blank == Blank::plus) {
      out += '+';
    } else {
      append_percent(out, text[plain]);
    }
    text.remove_prefix(plain + 1);
  }
}

std::optional<std::string> decode_percent(std::string_view text, Blank blank) {
  std::string out;
  out.reserve(text.size());
  for (;;) {
    const std::size_t plain = std::min(text.find('%'), text.size());
    const std::size_t from = out.size();
    out += text.substr(0, plain);
    if (blank == Blank::plus) {
      for (std::size_t at = out.find('+', from); at != out.npos; at = out.find('+', at + 1)) {
        out[at] = ' ';
      }
    }
    if (plain == text.size()) return out;
    const int value = percent_value(text, plain);
    if (value < 0) return std::nullopt;
    out += static_cast<char>(value);
    text.remove_prefix(plain + 3);
  }
}

}  // namespace

std::string base64url_encode(ByteView bytes) {
  return encode_with(kUrlAlphabet, bytes);
}

std::optional<Bytes> base64url_decode(std::string_view text) {
  return decode_with(kUrlReverse, text);
}

std::string base64_encode(ByteView bytes) {
  std::string out = encode_with(kAlphabet, bytes);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode_with(kReverse, text);
}

std::string hex_encode(ByteView bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

std::optional<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  return encode_percent(text, Blank::percent);
}

std::optional<std::string> percent_decode(std::string_view text) {
  return decode_percent(text, Blank::percent);
}

std::optional<std::string> form_decode(std::string_view text) {
  return decode_percent(text, Blank::plus);
}

std::string form_encode(std::string_view text) {
  return encode_percent(text, Blank::plus);
}

}  // namespace grantd
