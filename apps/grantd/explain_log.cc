#include "apps/grantd/explain_log.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

// "2026-11-22T14:53:22.123Z", as base/log.cc writes it.
Time time_of(const std::string& text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, millis = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour,
                  &minute, &second, &millis) != 7) {
    return Time{};
  }
  using namespace std::chrono;
  const year_month_day date{std::chrono::year(year), std::chrono::month(month & 15),
                            std::chrono::day(day & 31)};
  if (!date.ok()) return Time{};
  return time_point_cast<Duration>(sys_days(date) + hours(hour) + minutes(minute) +
                                   seconds(second) + milliseconds(millis));
}

std::string text_of(const Json& line, std::string_view name) {
  const std::string* text = line.find_string(name);
  return text ? *text : std::string();
}
std::int64_t number_of(const Json& line, std::string_view name) {
  const std::int64_t* number = line.find_int(name);
  return number ? *number : 0;
}

server::WalkRecord walk_of(const Json& line, std::string_view request_id) {
  server::WalkRecord out;
  out.request_id = request_id;
  out.when = time_of(text_of(line, "time"));
  out.endpoint = text_of(line, "endpoint");
  out.status = static_cast<int>(number_of(line, "status"));
  out.micros = number_of(line, "micros");
  out.event = text_of(line, "event");
  out.client = text_of(line, "client");
  out.refused = out.status >= 400 || out.event.ends_with("_refused") ||
                out.event.ends_with("_failed");
  core::Reason reason{.rule = text_of(line, "rule"),
                      .citation = text_of(line, "citation"),
                      .text = text_of(line, "reason"),
                      .expected = text_of(line, "expected"),
                      .found = text_of(line, "found"),
                      .repair = {}};
  if (!reason.rule.empty() || !reason.text.empty()) out.reasons.push_back(std::move(reason));
  out.from_log = true;
  return out;
}

}  // namespace

Result<std::optional<LoggedWalk>, std::string> read_log(const std::string& file,
                                                        std::string_view request_id) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return fail(fmt::format("{}: cannot be read: {}", file, strerror(errno)));
  const std::string in_json = fmt::format("\"request\":\"{}\"", request_id);
  const std::string in_text = fmt::format(" request={} ", request_id);
  std::optional<LoggedWalk> found;
  for (std::string line; std::getline(in, line);) {
    if (line.find(in_json) != std::string::npos) {
      const Result<Json, std::string> json = Json::parse(line);
      // A lost race and the like name the request too; what ended it has a status.
      if (json && json->find_int("status") && text_of(*json, "request") == request_id) {
        found = LoggedWalk{walk_of(*json, request_id), {}};
      }
    } else if (line.find(in_text) != std::string::npos &&
               line.find(" status=") != std::string::npos) {
      found = LoggedWalk{std::nullopt, printable(line)};
    }
  }
  return found;
}

}  // namespace grantd::app
