#include "grantd/base/log.h"

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <new>
#include <stdexcept>
#include <thread>
#include <utility>

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
  const std::int64_t past_second = (to_millis(now) % 1000 + 1000) % 1000;
  return text + '.' + std::to_string(1000 + past_second).substr(1) + 'Z';
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
  std::string line = timestamp() + ' ' + std::string(name_of(level)) + ' ' + printable(event);
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

// How many bytes of it were written: all, or fewer where the disk is full.
std::size_t write_out(int out, std::string_view text) {
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t some = ::write(out, text.data() + written, text.size() - written);
    if (some > 0) written += static_cast<std::size_t>(some);
    if (some == 0 || (some < 0 && errno != EINTR)) break;
  }
  return written;
}

void put_on_standard_error(std::string line) {
  line += '\n';
  (void)write_out(STDERR_FILENO, line);
}

// A queue of lines and the thread that writes them, so that nobody waits for a disk or a terminal.
class Writer {
 public:
  Writer(Format format, std::string_view path) : format_(format) {
    if (!path.empty()) {
      out_ = open(std::string(path).c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
      if (out_ < 0) throw std::runtime_error("cannot open the log file " + printable(path));
    }
    thread_ = std::thread([this] { run(); });
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  ~Writer() { close(); }

  // Once all that is queued is written. What comes later goes to standard error.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      if (std::exchange(closing_, true)) return;
    }
    came_.notify_one();
    thread_.join();
    if (out_ != STDERR_FILENO) ::close(out_);
  }

  Format format() const { return format_; }

  void put(std::string line) {
    line += '\n';
    std::unique_lock lock(mutex_);
    if (closing_) return (void)write_out(STDERR_FILENO, line);
    if (queue_.size() == kQueuedMax) {
      queue_.pop_front();
      ++dropped_;
    }
    queue_.push_back(std::move(line));
    const bool was_idle = queue_.size() == 1;
    lock.unlock();
    if (was_idle) came_.notify_one();
  }

 private:
  void run() {
    pthread_setname_np(pthread_self(), "log");
    std::unique_lock lock(mutex_);
    for (;;) {
      came_.wait(lock, [this] { return closing_ || !queue_.empty(); });
      if (queue_.empty()) return;
      const std::string line = std::move(queue_.front());
      queue_.pop_front();
      const std::int64_t dropped = std::exchange(dropped_, 0);
      lock.unlock();
      const bool told = dropped == 0 || tell_dropped(dropped);
      const bool written = told && write_line(line);
      lock.lock();
      dropped_ += (told ? 0 : dropped) + (written ? 0 : 1);
    }
  }

  bool tell_dropped(std::int64_t count) {
    try {
      return write_line(line_of(format_, Level::warning, "log_events_dropped",
                                std::vector{Field{"count", count}}) +
                        '\n');
    } catch (const std::bad_alloc&) {
      return false;
    }
  }

  // Whether it was, whole. Where the disk is full the next one that fits begins a line of its own.
  bool write_line(std::string_view line) {
    if (cut_ && write_out(out_, "\n") == 0) return false;
    const std::size_t written = write_out(out_, line);
    cut_ = written > 0 && written < line.size();
    return written == line.size();
  }

  const Format format_;
  int out_ = STDERR_FILENO;
  bool cut_ = false;  // the last line on the disk has no end
  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<std::string> queue_;
  std::int64_t dropped_ = 0;  // since it was last told
  bool closing_ = false;
  std::thread thread_;  // last: it uses all of the above
};

std::mutex writer_mutex;  // guards the change of the writer; an event only copies the pointer
std::shared_ptr<Writer> writer;
std::atomic<Level> least_level{Level::warning};

std::shared_ptr<Writer> current_writer() {
  const std::lock_guard lock(writer_mutex);
  return writer;
}

template <class Fields>
void write_event(Level level, std::string_view event, const Fields& fields) {
  if (!enabled(level)) return;
  const std::shared_ptr<Writer> to = current_writer();
  if (to == nullptr) return put_on_standard_error(text_line(level, event, fields));
  to->put(line_of(to->format(), level, event, fields));
}

}  // namespace

void start(Format format, Level least, std::string_view path) {
  auto next = std::make_shared<Writer>(format, path);
  const std::lock_guard lock(writer_mutex);
  CHECK(writer == nullptr);
  writer = std::move(next);
  least_level = least;
}

void stop() {
  std::shared_ptr<Writer> last;
  {
    const std::lock_guard lock(writer_mutex);
    last = std::exchange(writer, nullptr);
    least_level = Level::warning;
  }
  if (last) last->close();
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
