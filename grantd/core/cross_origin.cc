#include "grantd/core/cross_origin.h"

#include <algorithm>

namespace grantd::core {

bool may_read(std::string_view origin, const Found& found) {
  const Client* client = found.client ? found.client.get() : found.of_token.client.get();
  if (!client || origin.empty()) return false;
  return std::ranges::any_of(client->redirect_uris, [&](const RedirectUri& uri) {
    return !uri.is_private_use() && uri.origin() == origin;
  });
}

}  // namespace grantd::core
