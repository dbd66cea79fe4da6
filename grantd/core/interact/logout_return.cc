#include "grantd/core/interact/logout_return.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::core {

Result<LogoutReturn, std::string> trust_logout_redirect(const Client* client, std::string_view uri,
                                                        std::string_view state) {
  if (!client || client->disabled) {
    return fail(std::string("post_logout_redirect_uri without a client that it belongs to: send "
                            "id_token_hint or client_id"));
  }
  const auto registered = std::ranges::find(client->post_logout_redirect_uris, uri,
                                            [](const RedirectUri& each) -> std::string_view {
                                              return each.str();
                                            });
  if (registered == client->post_logout_redirect_uris.end()) {
    return fail("post_logout_redirect_uri is none of those that " + client->id.str() +
                " registered; they are compared byte for byte: " + printable(uri));
  }
  return LogoutReturn(*registered, state);
}

}  // namespace grantd::core
