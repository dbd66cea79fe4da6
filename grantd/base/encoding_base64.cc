// What of encoding.h is base64: by blocks of twelve bytes or sixteen characters, and the compilers'
// vector types (SSE2, NEON). What is in them chooses no place in a table and no branch (but whether
// it is valid): keys and secrets pass through here.
#include <bit>
#include <cstdint>
#include <cstring>

#include "grantd/base/encoding.h"
#include "grantd/base/secret.h"

namespace grantd {
namespace {

constexpr std::size_t kBlockBytes = 12;
constexpr std::size_t kBlockChars = 16;

using Chars = signed char __attribute__((vector_size(kBlockChars)));
using Words = std::uint32_t __attribute__((vector_size(kBlockChars)));
using Halves = std::uint64_t __attribute__((vector_size(kBlockChars)));
static_assert(std::endian::native == std::endian::little,
              "here a word's first character is its lowest byte: swap words on other processors");

struct Alphabet {
  signed char of_62;
  signed char of_63;
};
constexpr Alphabet kStandard{'+', '/'};  // RFC 4648 §4
constexpr Alphabet kUrl{'-', '_'};       // RFC 4648 §5

constexpr std::size_t encoded_size(std::size_t bytes) {
  return (bytes * 4 + 2) / 3;
}

constexpr std::size_t decoded_size(std::size_t chars) {
  return chars * 3 / 4;
}

Chars all(int value) {
  return Chars{} + static_cast<signed char>(value);
}

std::uint32_t big_endian(const std::uint8_t* from) {
  std::uint32_t word = 0;
  std::memcpy(&word, from, sizeof word);
  return std::byteswap(word);
}

template <Alphabet kAlphabet>
void encode_block(const std::uint8_t* from, char* to) {
  // Three bytes a word, the first on top.
  const Words three = {big_endian(from), big_endian(from + 3), big_endian(from + 6),
                       big_endian(from + 8) << 8};
  const Chars value = std::bit_cast<Chars>((three >> 26) | ((three >> 12) & 0x3f00) |
                                           ((three << 2) & 0x3f0000) |
                                           ((three << 16) & 0x3f000000));
  Chars offset = all('A');
  offset += (value > all(25)) & all('a' - 26 - 'A');
  offset += (value > all(51)) & all('0' - 52 - ('a' - 26));
  offset += (value == all(62)) & all(kAlphabet.of_62 - 62 - ('0' - 52));
  offset += (value == all(63)) & all(kAlphabet.of_63 - 63 - ('0' - 52));
  const Chars chars = value + offset;
  std::memcpy(to, &chars, sizeof chars);
}

// Whether all characters are of the alphabet.
template <Alphabet kAlphabet>
bool decode_block(const char* from, std::uint8_t* to) {
  Chars chars;
  std::memcpy(&chars, from, sizeof chars);
  const Chars upper = (chars >= all('A')) & (chars <= all('Z'));
  const Chars lower = (chars >= all('a')) & (chars <= all('z'));
  const Chars digit = (chars >= all('0')) & (chars <= all('9'));
  const Chars is_62 = chars == all(kAlphabet.of_62);
  const Chars is_63 = chars == all(kAlphabet.of_63);
  const Chars offset = (upper & all(0 - 'A')) | (lower & all(26 - 'a')) | (digit & all(52 - '0')) |
                       (is_62 & all(62 - kAlphabet.of_62)) | (is_63 & all(63 - kAlphabet.of_63));
  const auto value = std::bit_cast<Words>(chars + offset);
  const Words three = ((value & 0x3f) << 18) | ((value & 0x3f00) << 4) | ((value >> 10) & 0xfc0) |
                      (value >> 24);
  for (std::size_t i = 0; i < kBlockChars / sizeof(std::uint32_t); ++i) {
    const std::uint32_t bytes = std::byteswap(three[i] << 8);
    std::memcpy(to + 3 * i, &bytes, 3);
  }
  const auto known = std::bit_cast<Halves>(upper | lower | digit | is_62 | is_63);
  return (known[0] & known[1]) == ~std::uint64_t{0};
}

// Without padding. `to` has room for encoded_size(bytes.size()) characters.
template <Alphabet kAlphabet>
void encode_with(ByteView bytes, char* to) {
  for (; bytes.size() >= kBlockBytes; bytes = bytes.subspan(kBlockBytes), to += kBlockChars) {
    encode_block<kAlphabet>(bytes.data(), to);
  }
  if (bytes.empty()) return;
  std::uint8_t block[kBlockBytes] = {};
  char chars[kBlockChars];
  std::memcpy(block, bytes.data(), bytes.size());
  encode_block<kAlphabet>(block, chars);
  std::memcpy(to, chars, encoded_size(bytes.size()));
  wipe(block, sizeof block);  // OP-07
  wipe(chars, sizeof chars);
}

template <Alphabet kAlphabet>
std::string encode_with(ByteView bytes) {
  std::string out(encoded_size(bytes.size()), '\0');
  encode_with<kAlphabet>(bytes, out.data());
  return out;
}

// Of text without padding: whether it is canonical. `to` has room for decoded_size(text.size()).
template <Alphabet kAlphabet>
bool decode_with(std::string_view text, std::uint8_t* to) {
  if (text.size() % 4 == 1) return false;
  for (; text.size() >= kBlockChars; text.remove_prefix(kBlockChars), to += kBlockBytes) {
    if (!decode_block<kAlphabet>(text.data(), to)) return false;
  }
  if (text.empty()) return true;
  char chars[kBlockChars];
  std::uint8_t block[kBlockBytes];
  std::memset(chars, 'A', sizeof chars);  // zero bits
  std::memcpy(chars, text.data(), text.size());
  const bool known = decode_block<kAlphabet>(chars, block);
  const std::size_t bytes = decoded_size(text.size());
  std::memcpy(to, block, bytes);
  // RFC 4648 §3.5: bits that carry nothing must be zero, or one value would have several spellings.
  const bool canonical = text.size() % 4 == 0 || block[bytes] == 0;
  wipe(block, sizeof block);  // OP-07
  wipe(chars, sizeof chars);
  return known && canonical;
}

template <Alphabet kAlphabet>
std::optional<Bytes> decode_with(std::string_view text) {
  Bytes out(decoded_size(text.size()));
  if (!decode_with<kAlphabet>(text, out.data())) return std::nullopt;
  return out;
}

}  // namespace

std::string base64url_encode(ByteView bytes) {
  return encode_with<kUrl>(bytes);
}

void append_base64url(std::string& out, ByteView bytes) {
  const std::size_t from = out.size();
  out.resize(from + encoded_size(bytes.size()));
  encode_with<kUrl>(bytes, out.data() + from);
}

std::optional<Bytes> base64url_decode(std::string_view text) {
  return decode_with<kUrl>(text);
}

bool base64url_decode_to(std::span<std::uint8_t> out, std::string_view text) {
  return text.size() % 4 != 1 && decoded_size(text.size()) == out.size() &&
         decode_with<kUrl>(text, out.data());
}

std::string base64_encode(ByteView bytes) {
  std::string out = encode_with<kStandard>(bytes);
  out.append((4 - out.size() % 4) % 4, '=');
  return out;
}

std::optional<Bytes> base64_decode(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int padding = 0; padding < 2 && text.ends_with('='); ++padding) text.remove_suffix(1);
  return decode_with<kStandard>(text);
}

}  // namespace grantd
