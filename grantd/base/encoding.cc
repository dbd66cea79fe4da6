#include "grantd/base/encoding.h"

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
  for (; i + 3 <= bytes.size(); i += 3) {
    const unsigned group = unsigned{bytes[i]} << 16 | unsigned{bytes[i + 1]} << 8 | bytes[i + 2];
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = alphabet[group >> 6 & 63];
    *to++ = alphabet[group & 63];
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
  Bytes out;
  out.reserve(text.size() * 3 / 4);
  unsigned bits = 0;
  unsigned held = 0;
  for (const char c : text) {
    const std::uint8_t value = table[static_cast<unsigned char>(c)];
    if (value == kForeign) return std::nullopt;
    bits = bits << 6 | value;
    held += 6;
    if (held >= 8) {
      held -= 8;
      out.push_back(static_cast<std::uint8_t>(bits >> held));
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

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
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
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (is_unreserved(c)) {
      out += c;
    } else {
      append_percent(out, c);
    }
  }
  return out;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    const int value = percent_value(text, i);
    if (value < 0) return std::nullopt;
    out += static_cast<char>(value);
    i += 2;
  }
  return out;
}

std::optional<std::string> form_decode(std::string_view text) {
  std::string blanks(text);
  for (char& c : blanks) {
    if (c == '+') c = ' ';
  }
  return percent_decode(blanks);
}

std::string form_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c == ' ') {
      out += '+';
    } else if (is_unreserved(c)) {
      out += c;
    } else {
      append_percent(out, c);
    }
  }
  return out;
}

}  // namespace grantd
