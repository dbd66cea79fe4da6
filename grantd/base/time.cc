#include "grantd/base/time.h"

#include <fmt/format.h>

#include <charconv>

namespace grantd {
namespace {

struct TimeUnit {
  std::string_view name;
  Duration length;
};
// The largest first: to_text takes the first that divides.
constexpr TimeUnit kUnits[] = {{"d", std::chrono::hours(24)},
                               {"h", std::chrono::hours(1)},
                               {"m", std::chrono::minutes(1)},
                               {"s", std::chrono::seconds(1)},
                               {"ms", std::chrono::milliseconds(1)}};
constexpr Duration kNone{-1};
constexpr Duration kLongest = std::chrono::hours(24) * 365 * 1000;

}  // namespace

std::string to_rfc3339(Time time) {
  const auto second = std::chrono::floor<std::chrono::seconds>(time);
  const auto day = std::chrono::floor<std::chrono::days>(second);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(second - day);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count());
}

std::string to_text(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const TimeUnit& unit : kUnits) {
    if (duration % unit.length == Duration::zero()) {
      return fmt::format("{}{}", duration / unit.length, unit.name);
    }
  }
  return fmt::format("{}ms", duration.count());
}

Duration parse_duration(std::string_view text) {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  if (text.empty() || text.front() < '0' || text.front() > '9') return kNone;
  const auto [rest, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc()) return kNone;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const TimeUnit& unit : kUnits) {
    if (unit.name == name) return count > kLongest / unit.length ? kNone : count * unit.length;
  }
  return kNone;
}

Time system_now() {
  return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

}  // namespace grantd
