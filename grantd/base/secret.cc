#include "grantd/base/secret.h"

#include <openssl/crypto.h>

namespace grantd {

void wipe(void* data, std::size_t size) {
  if (size != 0) OPENSSL_cleanse(data, size);
}

}  // namespace grantd
