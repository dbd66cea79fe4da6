#include "grantd/base/secret.h"

#include <string.h>

namespace grantd {

void wipe(void* data, std::size_t size) {
  if (size != 0) ::explicit_bzero(data, size);
}

}  // namespace grantd
