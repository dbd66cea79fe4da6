// Asking people and reading secrets. No secret is ever an argument: arguments are seen by others.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <iostream>

#include "apps/grantd/console.h"

namespace grantd::app {
namespace {

bool somebody_is_there() {
  return isatty(STDIN_FILENO) == 1 && isatty(STDERR_FILENO) == 1;
}

// Switches the terminal's echo off while it lives.
class WithoutEcho {
 public:
  WithoutEcho() {
    quiet_ = tcgetattr(STDIN_FILENO, &before_) == 0;
    termios silent = before_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    if (quiet_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent);
  }
  ~WithoutEcho() {
    if (quiet_) tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
  }
  WithoutEcho(const WithoutEcho&) = delete;
  WithoutEcho& operator=(const WithoutEcho&) = delete;

 private:
  termios before_{};
  bool quiet_ = false;
};

// Everything up to the end of the input, or (`line`) of its first line.
Outcome<Secret> read_from(int descriptor, const std::string& name, std::size_t bytes_max,
                          bool line) {
  Bytes bytes(bytes_max + 3);  // one too many is seen as such, line end included
  std::size_t size = 0;
  int error = 0;
  while (size < bytes.size()) {
    const ssize_t count = ::read(descriptor, bytes.data() + size, line ? 1 : bytes.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) error = errno;
    if (count <= 0) break;
    size += static_cast<std::size_t>(count);
    if (line && bytes[size - 1] == '\n') break;
  }
  if (size > 0 && bytes[size - 1] == '\n') --size;
  if (size > 0 && bytes[size - 1] == '\r') --size;
  Secret out(ByteView(bytes.data(), size));
  wipe(bytes.data(), bytes.size());
  if (error != 0) return failed(fmt::format("{} cannot be read: {}", name, strerror(error)));
  if (out.empty()) return failed(fmt::format("{} is empty, expected a secret", name));
  if (out.size() > bytes_max) {
    return failed(fmt::format("{} is longer than {} bytes, the most that a secret may have", name,
                              bytes_max));
  }
  return out;
}

Outcome<Secret> ask_secret(const std::string& prompt, std::size_t bytes_max) {
  const WithoutEcho quiet;  // before the prompt: who answers at once is not seen either
  std::cerr << prompt << std::flush;
  auto answer = read_from(STDIN_FILENO, "the answer", bytes_max, true);
  std::cerr << '\n';
  return answer;
}

}  // namespace

Outcome<> confirm(const Call& call, std::string_view question) {
  if (call.has("--yes")) return Unit();
  if (!somebody_is_there()) {
    return usage(fmt::format("{} Nobody can be asked here: add --yes", question));
  }
  std::cerr << question << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  if (answer == "y" || answer == "Y" || answer == "yes") return Unit();
  return failed("nothing was changed");
}

Outcome<Secret> read_secret(const std::string& file, std::size_t bytes_max) {
  if (file == "-") return read_from(STDIN_FILENO, "standard input", bytes_max, false);
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    return failed(fmt::format("{} cannot be opened: {}", file, strerror(errno)));
  }
  struct stat status{};
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && (status.st_mode & 077) != 0) {
    note(fmt::format("warning: others may read {} (mode {:04o}): run chmod 600 {}", file,
                     status.st_mode & 07777, file));
  }
  auto secret = read_from(descriptor, file, bytes_max, false);
  ::close(descriptor);
  return secret;
}

Outcome<Secret> ask_new_secret(std::string_view what, std::string_view option,
                               std::size_t bytes_max) {
  if (!somebody_is_there()) {
    return usage(
        fmt::format("{} is missing and nobody can be asked here: give {} FILE, or {} - "
                    "for standard input",
                    what, option, option));
  }
  Secret first = TRY(ask_secret(fmt::format("New {}: ", what), bytes_max));
  const Secret again = TRY(ask_secret(fmt::format("The same {} again: ", what), bytes_max));
  if (first == again) return first;
  return failed("the two answers differ; nothing was changed");
}

}  // namespace grantd::app
