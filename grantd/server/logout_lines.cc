#include "grantd/server/logout_lines.h"

#include <algorithm>

#include "grantd/core/oidc/logout_token.h"

namespace grantd::server {

std::optional<Time> LogoutLines::take(const oauth::ClientId& client, Time now, bool room) {
  Line& line = lines_[client];
  // A receiver that failed is asked once, and hears of the others when it answers.
  const bool quiet = line.failures > 0 && now < line.quiet_until;
  const int at_once_max = line.failures > 0 ? 1 : kAtOnceMax;
  if (room && !quiet && line.on_their_way < at_once_max) {
    ++line.on_their_way;
    return {};
  }
  const Time from = std::max(now + kPutOffLeast, line.quiet_until);
  line.last_slot = std::max(line.last_slot + kSpacing, from);
  return line.last_slot;
}

void LogoutLines::settled(const oauth::ClientId& client, bool receiver_failed, Time now) {
  Line& line = lines_[client];
  --line.on_their_way;
  line.failures = receiver_failed ? line.failures + 1 : 0;
  line.quiet_until =
      receiver_failed ? now + std::min(core::notice_wait(line.failures), kQuietMost) : Time{};
}

void LogoutLines::given_back(const oauth::ClientId& client) { --lines_[client].on_their_way; }

void LogoutLines::forget_idle(Time now) {
  std::erase_if(lines_, [&](const auto& entry) {
    const Line& line = entry.second;
    return line.on_their_way == 0 && line.last_slot <= now &&
           (line.failures == 0 || line.quiet_until + core::kNoticeLife <= now);
  });
}

}  // namespace grantd::server
