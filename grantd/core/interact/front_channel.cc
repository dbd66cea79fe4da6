#include "grantd/core/interact/front_channel.h"

#include "grantd/base/encoding.h"

namespace grantd::core {

std::vector<PageAddress> front_channel_frames(const Session& session, const Found& found,
                                              const Policy& policy) {
  std::vector<PageAddress> frames;
  for (const auto& client : found.session_clients) {
    const LogoutChannel& channel = client->frontchannel_logout;
    if (channel.uri.empty() || client->disabled) continue;
    const Result<RedirectUri, std::string> uri = RedirectUri::parse(channel.uri);
    if (!uri || uri->is_private_use()) continue;
    PageAddress frame{*uri, {}};
    // Front-Channel Logout §2: both of them, or neither.
    if (channel.session_required) {
      frame.query = "iss=" + percent_encode(policy.issuer.view()) +
                    "&sid=" + percent_encode(oauth::to_text(session.id));
    }
    frames.push_back(std::move(frame));
  }
  return frames;
}

}  // namespace grantd::core
