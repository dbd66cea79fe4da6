#include "grantd/base/encoding.h"

#include <cstdint>
#include <cstring>

namespace grantd {
namespace {

constexpr char kHex[] = "0123456789abcdef";
constexpr char kUpperHex[] = "0123456789ABCDEF";

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
void encode_percent(std::string& out, std::string_view text, Blank blank) {
  for (;;) {
    const std::size_t plain = unreserved_prefix(text);
    out += text.substr(0, plain);
    if (plain == text.size()) return;
    if (text[plain] == ' ' && blank == Blank::plus) {
      out += '+';
    } else {
      append_percent(out, text[plain]);
    }
    text.remove_prefix(plain + 1);
  }
}

// Whether all eight bytes stand for themselves in a form: ASCII, neither %, + nor NUL.
bool is_plain(std::uint64_t word) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  constexpr std::uint64_t kHighBits = 0x80 * kEach;
  const auto zeros = [](std::uint64_t bytes) { return (bytes - kEach) & ~bytes; };
  return ((word | zeros(word) | zeros(word ^ ('%' * kEach)) | zeros(word ^ ('+' * kEach))) &
          kHighBits) == 0;
}

// By words of eight bytes, and one by one up to the next byte that stands for another.
std::optional<DecodedText> decode_percent_to(char* out, std::string_view text, Blank blank) {
  DecodedText decoded;
  char* to = out;
  while (!text.empty()) {
    std::uint64_t word = 0;
    while (text.size() >= sizeof word) {
      std::memcpy(&word, text.data(), sizeof word);
      if (!is_plain(word)) break;
      std::memcpy(to, &word, sizeof word);
      to += sizeof word;
      text.remove_prefix(sizeof word);
    }
    for (bool copied = true; copied && !text.empty();) {
      char c = text.front();
      std::size_t read = 1;
      if (c == '%') {
        const int value = percent_value(text, 0);
        if (value < 0) return std::nullopt;
        c = static_cast<char>(value);
        read = 3;
      } else if (c == '+' && blank == Blank::plus) {
        c = ' ';
      }
      copied = c == text.front();
      decoded.plain = decoded.plain && static_cast<unsigned char>(c) - 1U < 0x7f;
      *to++ = c;
      text.remove_prefix(read);
    }
  }
  decoded.bytes = static_cast<std::size_t>(to - out);
  return decoded;
}

std::optional<std::string> decode_percent(std::string_view text, Blank blank) {
  std::string out(text.size(), '\0');
  const std::optional<DecodedText> decoded = decode_percent_to(out.data(), text, blank);
  if (!decoded) return std::nullopt;
  out.resize(decoded->bytes);
  return out;
}

}  // namespace

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
  out.reserve(text.size() + text.size() / 4);
  encode_percent(out, text, Blank::percent);
  return out;
}

void append_percent_encoded(std::string& out, std::string_view text) {
  encode_percent(out, text, Blank::percent);
}

std::optional<std::string> percent_decode(std::string_view text) {
  return decode_percent(text, Blank::percent);
}

std::optional<std::string> form_decode(std::string_view text) {
  return decode_percent(text, Blank::plus);
}

std::optional<DecodedText> form_decode_to(char* out, std::string_view text) {
  return decode_percent_to(out, text, Blank::plus);
}

std::string form_encode(std::string_view text) {
  std::string out;
  out.reserve(text.size() + text.size() / 4);
  encode_percent(out, text, Blank::plus);
  return out;
}

}  // namespace grantd
