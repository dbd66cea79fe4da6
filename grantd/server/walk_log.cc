#include "grantd/server/walk_log.h"

#include <numeric>

#include "grantd/base/log.h"
#include "grantd/server/without_credentials.h"

namespace grantd::server {

void log_walk(const WalkTrace& trace) {
  const bool told = !trace.event.empty();
  const log::Level level = trace.gave_up ? log::Level::error
                           : told        ? log::Level::info
                                         : log::Level::debug;
  if (!log::enabled(level)) return;
  std::vector<log::Field> fields{
      {"request", trace.request_id},
      {"endpoint", trace.endpoint},
      {"status", std::int64_t{trace.status}},
      {"micros", std::accumulate(trace.micros.begin(), trace.micros.end(), std::int64_t{0})}};
  const std::string client = without_credentials(trace.client);
  std::string text, expected, found;
  if (!client.empty()) fields.push_back({"client", client});
  if (!trace.reasons.empty()) {
    const core::Reason& reason = trace.reasons.back();
    fields.push_back({"rule", reason.rule});
    if (!reason.citation.empty()) fields.push_back({"citation", reason.citation});
    text = without_credentials(reason.text);
    expected = without_credentials(reason.expected);
    found = without_credentials(reason.found);
    fields.push_back({"reason", text});
    if (!expected.empty()) fields.push_back({"expected", expected});
    if (!found.empty()) fields.push_back({"found", found});
  }
  log::write(level, told ? std::string_view(trace.event) : "answered", fields);
}

}  // namespace grantd::server
