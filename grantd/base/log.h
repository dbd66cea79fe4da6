// Structured events: one line each, as text or JSON, written off the I/O threads.
// Never pass a credential: fields are written as they are (escaped, so one event stays one line).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace grantd::log {

enum class Level { debug, info, warning, error };
enum class Format { text, json };

struct Field {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;
};

// Starts the writer. `path` empty: standard error. Called once, before threads start; without it
// events of level warning and above go to standard error as text. The queue is bounded: when it is
// full the oldest events go, on a full disk those that do not fit, and the event log_events_dropped
// says how many. Throws std::runtime_error where the file cannot be opened.
void start(Format format, Level least, std::string_view path = {});
void stop();  // writes what is queued

bool enabled(Level level);
// `event` is in the past tense, snake_case: "grant_revoked".
void write(Level level, std::string_view event, std::initializer_list<Field> fields);
void write(Level level, std::string_view event, const std::vector<Field>& fields);

inline void debug(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::debug, event, fields);
}
inline void info(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::info, event, fields);
}
inline void warning(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::warning, event, fields);
}
inline void error(std::string_view event, std::initializer_list<Field> fields = {}) {
  write(Level::error, event, fields);
}

}  // namespace grantd::log
