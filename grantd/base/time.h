// Points in time and lengths of time. Milliseconds inside, whole seconds on the wire (NumericDate).
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace grantd {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;  // since 1970-01-01T00:00:00Z

using std::chrono::seconds;

// NumericDate of RFC 7519 §2: whole seconds, rounded down.
inline std::int64_t to_seconds(Time time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}
inline Time from_seconds(std::int64_t value) { return Time(std::chrono::seconds(value)); }
inline std::int64_t to_millis(Time time) { return time.time_since_epoch().count(); }
inline Time from_millis(std::int64_t value) { return Time(Duration(value)); }

// "2026-11-22T14:53:22Z" (RFC 3339, UTC).
std::string to_rfc3339(Time time);

// Lengths as people write them: "90s", "15m", "24h", "14d"; also the reverse, in the largest unit
// that divides it. parse_duration gives a negative value where the text is none.
std::string to_text(Duration duration);
Duration parse_duration(std::string_view text);

// The system's clock. Only edges may ask (server/, apps/); rules get a Moment.
Time system_now();

}  // namespace grantd
