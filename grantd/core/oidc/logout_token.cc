#include "grantd/core/oidc/logout_token.h"

#include <algorithm>
#include <array>

#include "grantd/base/encoding.h"
#include "grantd/core/oidc/subject.h"

namespace grantd::core {
namespace {

constexpr std::string_view kEvent = "http://schemas.openid.net/event/backchannel-logout";

constexpr std::array<Duration, 6> kWaits = {
    std::chrono::seconds(10), std::chrono::seconds(30), std::chrono::minutes(2),
    std::chrono::minutes(5),  std::chrono::minutes(10), std::chrono::minutes(20)};

}  // namespace

UnsignedToken make_logout_token(const SessionClient& notice, const Client& client,
                                const Moment& moment, const Policy& policy, const Keyring& keys) {
  // Back-Channel Logout §2.4: no nonce, so that nobody takes it for an ID token; typ for the same
  // reason (RFC 8725 §3.11). Both sub and sid, whatever the app asked for.
  Json claims = Json::object({
      {"iss", policy.issuer.str()},
      {"sub", subject_for(client, notice.subject, keys)},
      {"aud", client.id.str()},
      {"iat", to_seconds(moment.now)},
      {"exp", to_seconds(moment.now + kLogoutTokenLifetime)},
      {"jti", base64url_encode(moment.draw<16>("logout token"))},
      {"sid", oauth::to_text(notice.session)},
      {"events", Json::object({{std::string(kEvent), Json::object()}})},
  });
  return {"logout+jwt", client.id_token_algorithm, std::move(claims)};
}

NoticeFate fate_of(const SessionClient& notice, const Client* client, Time now) {
  if (!client || client->incarnation != notice.incarnation ||
      client->backchannel_logout.uri.empty() || !notice.ended) {
    return NoticeFate::drop;
  }
  return now > *notice.ended + kNoticeLife ? NoticeFate::give_up : NoticeFate::tell;
}

Duration notice_wait(std::uint32_t tries) {
  return kWaits[std::clamp<std::size_t>(tries, 1, kWaits.size()) - 1];
}

std::optional<Time> next_notice(const SessionClient& notice, Time now) {
  const Time next = now + notice_wait(notice.tries + 1);
  if (!notice.ended || next > *notice.ended + kNoticeLife) return {};
  return next;
}

}  // namespace grantd::core
