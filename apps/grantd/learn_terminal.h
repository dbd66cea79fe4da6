// A terminal in raw mode: keys in, whole screens out. Restored at the end, whatever happens.
#pragma once

#include <termios.h>

#include <string>

#include "apps/grantd/learn_lines.h"

namespace grantd::app {

struct Key {
  enum class Kind { text, enter, escape, backspace, up, down, left, right, page_up, page_down, home,
                    end, resized, gone };
  Kind kind = Kind::text;
  std::string text;  // one character of UTF-8
  bool is(std::string_view character) const { return kind == Kind::text && text == character; }
};

// Whether standard input and output are a terminal that can do this.
bool has_terminal();
bool wants_colours();  // NO_COLOR is not set (no-color.org)

class Terminal {
 public:
  Terminal();
  ~Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;

  struct Size {
    std::size_t columns = 80, rows = 24;
  };
  Size size() const;
  void show(const Lines& lines);
  // Where a typed text ends: the cursor stands there. Else there is none.
  void show_cursor(std::size_t row, std::size_t column);
  // Text for the clipboard (OSC 52), where the terminal lets programs do that.
  void copy(std::string_view text);
  Key read();

 private:
  void enter();
  void leave();
  int next_byte(int wait_ms);
  Key escape_sequence();

  termios before_{};
  const bool colours_;
};

}  // namespace grantd::app
