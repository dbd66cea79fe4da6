#include "grantd/base/time.h"

#include <array>
#include <charconv>
#include <cstdio>

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
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

std::string to_text(Duration duration) {
  if (duration == Duration::zero()) return "0s";
  for (const TimeUnit& unit : kUnits) {
    if (duration % unit.length == Duration::zero()) {
      return std::to_string(duration / unit.length) + std::string(unit.name);
    }
  }
  return std::to_string(duration.count()) + "ms";
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
