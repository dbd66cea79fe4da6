#include "grantd/server/request_id.h"

#include "grantd/base/random.h"

namespace grantd::server {
namespace {

// Crockford's base32: no I, L, O, U, so that nothing is misread.
constexpr std::string_view kDigits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kLength = 8;

}  // namespace

std::string make_request_id() {
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : random_bytes<5>()) bits = bits << 8 | byte;
  std::string id;
  for (int shift = 35; shift >= 0; shift -= 5) {
    if (shift == 15) id += '-';
    id += kDigits[bits >> shift & 31];
  }
  return id;
}

std::optional<std::string> read_request_id(std::string_view text) {
  std::string id;
  for (char c : text) {
    if (c == '-' || c == ' ') continue;
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (c == 'O') c = '0';
    if (c == 'I' || c == 'L') c = '1';
    if (kDigits.find(c) == std::string_view::npos || id.size() > kLength) return std::nullopt;
    if (id.size() == kLength / 2) id += '-';
    id += c;
  }
  if (id.size() != kLength + 1) return std::nullopt;
  return id;
}

}  // namespace grantd::server
