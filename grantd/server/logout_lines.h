// Who may be told now: a line for each app, so that a receiver that is slow or dead, or has very
// many to hear of, takes no one else's turn. Pure: time is handed in.
#pragma once

#include <cstdint>
#include <map>
#include <optional>

#include "grantd/base/time.h"
#include "grantd/oauth/ids.h"

namespace grantd::server {

class LogoutLines {
 public:
  static constexpr int kAtOnceMax = 16;  // on their way to one app
  static constexpr Duration kQuietMost = std::chrono::minutes(2);  // after a failed receiver
  static constexpr Duration kPutOffLeast = std::chrono::seconds(1);
  static constexpr Duration kSpacing = std::chrono::milliseconds(25);

  // Nothing: try it now, and say settled() or given_back() afterwards. Else when to look at it
  // again: a little later than all that were put off before it. `room`: for one more of anybody.
  std::optional<Time> take(const oauth::ClientId& client, Time now, bool room);
  void settled(const oauth::ClientId& client, bool receiver_failed, Time now);
  void given_back(const oauth::ClientId& client);  // it was not tried
  // Forgets the apps of which nothing is on its way and nothing is known.
  void forget_idle(Time now);

 private:
  struct Line {
    int on_their_way = 0;
    std::uint32_t failures = 0;  // in a row, of the receiver
    Time quiet_until{};
    Time last_slot{};
  };
  std::map<oauth::ClientId, Line> lines_;
};

}  // namespace grantd::server
