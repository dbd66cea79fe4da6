#include "apps/grantd/learn_terminal.h"

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

constexpr int kEscapeWait = 40;  // ms: what follows at once belongs to the escape
constexpr int kCtrlC = 3, kCtrlD = 4, kCtrlZ = 26, kEscape = 27, kDelete = 127;
constexpr int kInterrupted = -2, kGone = -1;

volatile std::sig_atomic_t was_resized = 0;
volatile std::sig_atomic_t was_ended = 0;

void on_signal(int number) {
  if (number == SIGWINCH) {
    was_resized = 1;
  } else {
    was_ended = 1;
  }
}

void listen_to(int number) {
  struct sigaction action {};
  action.sa_handler = on_signal;  // without SA_RESTART: waiting for a key ends
  sigemptyset(&action.sa_mask);
  sigaction(number, &action, nullptr);
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::size_t length_of_character(unsigned char first) {
  if (first >= 0xf0) return 4;
  if (first >= 0xe0) return 3;
  return first >= 0xc0 ? 2 : 1;
}

}  // namespace

bool has_terminal() {
  const char* const name = std::getenv("TERM");
  return isatty(STDIN_FILENO) != 0 && isatty(STDOUT_FILENO) != 0 && name && *name &&
         std::string_view(name) != "dumb";
}

bool wants_colours() {
  const char* const no = std::getenv("NO_COLOR");
  return !no || !*no;
}

Terminal::Terminal() : colours_(wants_colours()) {
  tcgetattr(STDIN_FILENO, &before_);
  for (const int number : {SIGWINCH, SIGTERM, SIGHUP, SIGINT}) listen_to(number);
  enter();
}

Terminal::~Terminal() {
  leave();
  for (const int number : {SIGWINCH, SIGTERM, SIGHUP, SIGINT}) std::signal(number, SIG_DFL);
}

void Terminal::enter() {
  termios raw = before_;
  raw.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG | IEXTEN);
  raw.c_iflag &= ~static_cast<tcflag_t>(IXON | ICRNL | INLCR);
  raw.c_cc[VMIN] = 1;
  raw.c_cc[VTIME] = 0;
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
  write_all("\x1b[?1049h\x1b[?25l\x1b[2J");
}

void Terminal::leave() {
  write_all("\x1b[0m\x1b[?25h\x1b[?1049l");
  tcsetattr(STDIN_FILENO, TCSAFLUSH, &before_);
}

Terminal::Size Terminal::size() const {
  winsize found{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &found) != 0 || found.ws_col == 0 || found.ws_row == 0) {
    return {};
  }
  return {found.ws_col, found.ws_row};
}

void Terminal::show(const Lines& lines) {
  std::string out = "\x1b[?25l\x1b[H";
  for (const Line& line : lines) {
    out += painted(line, colours_) + "\x1b[K";
    if (&line != &lines.back()) out += "\r\n";
  }
  write_all(out + "\x1b[J");
}

void Terminal::show_cursor(std::size_t row, std::size_t column) {
  write_all("\x1b[" + std::to_string(row) + ";" + std::to_string(column) + "H\x1b[?25h");
}

void Terminal::copy(std::string_view text) {
  write_all("\x1b]52;c;" + base64_encode(as_bytes(text)) + "\x07");
}

int Terminal::next_byte(int wait_ms) {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  const int ready = ::poll(&input, 1, wait_ms);
  if (ready <= 0) return kInterrupted;
  unsigned char byte = 0;
  const ssize_t count = ::read(STDIN_FILENO, &byte, 1);
  if (count == 1) return byte;
  return count < 0 && errno == EINTR ? kInterrupted : kGone;
}

Key Terminal::read() {
  using Kind = Key::Kind;
  for (;;) {
    if (was_ended) return {Kind::gone, ""};
    if (was_resized) {
      was_resized = 0;
      return {Kind::resized, ""};
    }
    const int byte = next_byte(-1);
    if (byte == kInterrupted) continue;
    if (byte == kGone || byte == kCtrlC || byte == kCtrlD) return {Kind::gone, ""};
    if (byte == kCtrlZ) {
      leave();
      std::raise(SIGTSTP);
      enter();
      return {Kind::resized, ""};
    }
    if (byte == kEscape) return escape_sequence();
    if (byte == '\r' || byte == '\n') return {Kind::enter, ""};
    if (byte == kDelete || byte == '\b') return {Kind::backspace, ""};
    if (byte < ' ') continue;
    std::string character(1, static_cast<char>(byte));
    for (std::size_t i = length_of_character(static_cast<unsigned char>(byte)); i > 1; --i) {
      const int more = next_byte(kEscapeWait);
      if (more >= 0) character += static_cast<char>(more);
    }
    if (is_utf8(character)) return {Kind::text, character};
  }
}

// CSI and SS3 as terminals send them for the keys that we know; others are passed over.
Key Terminal::escape_sequence() {
  using Kind = Key::Kind;
  const int kind = next_byte(kEscapeWait);
  if (kind != '[' && kind != 'O') return {Kind::escape, ""};
  std::string parameters;
  int final = next_byte(kEscapeWait);
  while (final >= 0 && final < '@') {
    parameters += static_cast<char>(final);
    final = next_byte(kEscapeWait);
  }
  switch (final) {
    case 'A':
      return {Kind::up, ""};
    case 'B':
      return {Kind::down, ""};
    case 'C':
      return {Kind::right, ""};
    case 'D':
      return {Kind::left, ""};
    case 'H':
      return {Kind::home, ""};
    case 'F':
      return {Kind::end, ""};
    case '~':
      if (parameters == "5") return {Kind::page_up, ""};
      if (parameters == "6") return {Kind::page_down, ""};
      if (parameters == "1") return {Kind::home, ""};
      if (parameters == "4") return {Kind::end, ""};
      break;
    default:
      break;
  }
  return {Kind::resized, ""};  // nothing but a new look
}

}  // namespace grantd::app
