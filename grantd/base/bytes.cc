#include "grantd/base/bytes.h"

#include <openssl/crypto.h>

namespace grantd {

bool equal_in_constant_time(ByteView a, ByteView b) {
  if (a.size() != b.size()) return false;
  return a.empty() || CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace grantd
