#include "grantd/base/log.h"

#include <fmt/format.h>
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cstdio>
#include <mutex>
#include <stdexcept>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/base/json.h"
#include "grantd/base/time.h"

namespace grantd::log {
namespace {

constexpr std::size_t kQueuedMax = 4096;  // events; past it the oldest go, and are counted

std::string_view name_of(Level level) {
  switch (level) {
    case Level::debug:
      return "debug";
    case Level::info:
      return "info";
    case Level::warning:
      return "warning";
    case Level::error:
      return "error";
  }
  return "error";
}

std::string timestamp() {
  const Time now = system_now();
  std::string text = to_rfc3339(now);
  text.pop_back();  // the Z goes behind the milliseconds
  return fmt::format("{}.{:03}Z", text, (to_millis(now) % 1000 + 1000) % 1000);
}

// Quoted where a reader could not see the end of it otherwise. CH-04: the result is part of one
// line whatever the value holds.
std::string text_value(std::string_view value) {
  std::string escaped;
  bool is_quoted = value.empty();
  for (const char c : value) {
    is_quoted = is_quoted || c == ' ' || c == '"' || c == '\\' || c == '=';
    if (c == '"' || c == '\\') escaped += '\\';
    escaped += c;
  }
  return is_quoted ? '"' + printable(escaped) + '"' : printable(escaped);
}

std::string text_value(const Field& field) {
  if (const auto* const text = std::get_if<std::string_view>(&field.value)) {
    return text_value(*text);
  }
  if (const auto* const number = std::get_if<std::int64_t>(&field.value)) {
    return std::to_string(*number);
  }
  return std::get<bool>(field.value) ? "true" : "false";
}

Json json_value(const Field& field) {
  if (const auto* const text = std::get_if<std::string_view>(&field.value)) {
    return printable(*text);
  }
  if (const auto* const number = std::get_if<std::int64_t>(&field.value)) return *number;
  return std::get<bool>(field.value);
}

template <class Fields>
std::string text_line(Level level, std::string_view event, const Fields& fields) {
  std::string line = fmt::format("{} {} {}", timestamp(), name_of(level), printable(event));
  for (const Field& field : fields) {
    line += ' ' + printable(field.name) + '=' + text_value(field);
  }
  return line;
}

template <class Fields>
std::string json_line(Level level, std::string_view event, const Fields& fields) {
  Json line =
      Json::object({{"time", timestamp()}, {"level", name_of(level)}, {"event", printable(event)}});
  for (const Field& field : fields) {
    std::string name = printable(field.name);
    while (line.find(name) != nullptr) name += '_';
    line.set(std::move(name), json_value(field));
  }
  return line.dump();
}

template <class Fields>
std::string line_of(Format format, Level level, std::string_view event, const Fields& fields) {
  return format == Format::json ? json_line(level, event, fields) : text_line(level, event, fields);
}

void put_line(std::FILE* out, std::string_view line) {
  std::string whole(line);
  whole += '\n';
  std::fwrite(whole.data(), 1, whole.size(), out);
  std::fflush(out);
}

// Runs on the writer's thread only.
class LineSink final : public spdlog::sinks::sink {
 public:
  LineSink(Format format, std::string_view path) : format_(format) {
    if (path.empty()) return;
    out_ = std::fopen(std::string(path).c_str(), "ae");
    if (out_ == nullptr) throw std::runtime_error("cannot open the log file " + printable(path));
  }
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;
  ~LineSink() override {
    if (out_ != stderr) std::fclose(out_);
  }
  void count_drops_of(spdlog::details::thread_pool* pool) { pool_ = pool; }

  void log(const spdlog::details::log_msg& message) override {
    const std::size_t dropped = pool_ == nullptr ? 0 : pool_->overrun_counter();
    if (dropped != told_) {
      const Field count{"count", static_cast<std::int64_t>(dropped - told_)};
      told_ = dropped;
      put_line(out_, line_of(format_, Level::warning, "log_events_dropped", std::vector{count}));
    }
    put_line(out_, {message.payload.data(), message.payload.size()});
  }
  void flush() override { std::fflush(out_); }
  void set_pattern(const std::string&) override {}
  void set_formatter(std::unique_ptr<spdlog::formatter>) override {}

 private:
  const Format format_;
  std::FILE* out_ = stderr;
  spdlog::details::thread_pool* pool_ = nullptr;
  std::size_t told_ = 0;
};

struct Writer {
  std::shared_ptr<LineSink> sink;
  std::shared_ptr<spdlog::details::thread_pool> pool;
  std::shared_ptr<spdlog::async_logger> logger;
  Format format = Format::text;
};

std::mutex writer_mutex;  // guards the change of the writer; an event only copies the pointer
std::shared_ptr<const Writer> writer;
std::atomic<Level> least_level{Level::warning};

std::shared_ptr<const Writer> current_writer() {
  const std::lock_guard lock(writer_mutex);
  return writer;
}

template <class Fields>
void write_event(Level level, std::string_view event, const Fields& fields) {
  if (!enabled(level)) return;
  const std::shared_ptr<const Writer> to = current_writer();
  if (to == nullptr) return put_line(stderr, text_line(level, event, fields));
  const std::string line = line_of(to->format, level, event, fields);
  to->logger->log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace

void start(Format format, Level least, std::string_view path) {
  auto next = std::make_shared<Writer>();
  next->format = format;
  next->sink = std::make_shared<LineSink>(format, path);
  next->pool = std::make_shared<spdlog::details::thread_pool>(kQueuedMax, 1);
  next->sink->count_drops_of(next->pool.get());
  next->logger = std::make_shared<spdlog::async_logger>(
      "grantd", next->sink, next->pool, spdlog::async_overflow_policy::overrun_oldest);
  const std::lock_guard lock(writer_mutex);
  CHECK(writer == nullptr);
  writer = std::move(next);
  least_level = least;
}

void stop() {
  std::shared_ptr<const Writer> last;
  {
    const std::lock_guard lock(writer_mutex);
    last = std::exchange(writer, nullptr);
    least_level = Level::warning;
  }
  // The pool's end writes what is queued; the sink goes after it.
}

bool enabled(Level level) {
  return level >= least_level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view event, std::initializer_list<Field> fields) {
  write_event(level, event, fields);
}

void write(Level level, std::string_view event, const std::vector<Field>& fields) {
  write_event(level, event, fields);
}

}  // namespace grantd::log
