#include "grantd/server/request_id.h"

#include "grantd/base/random.h"

namespace grantd::server {

std::string make_request_id() {
  // Crockford's base32: no I, L, O, U, so that nothing is misread.
  constexpr char kDigits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  std::uint64_t bits = 0;
  for (const std::uint8_t byte : random_bytes<5>()) bits = bits << 8 | byte;
  std::string id;
  for (int shift = 35; shift >= 0; shift -= 5) {
    if (shift == 15) id += '-';
    id += kDigits[bits >> shift & 31];
  }
  return id;
}

}  // namespace grantd::server
