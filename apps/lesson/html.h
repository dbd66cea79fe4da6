// HTML as the lesson's page writes it. Only literals of our own source can be markup; whatever else
// goes in by shown() or wire() and is escaped. So no text of a book, a request or an answer can
// become a tag.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace grantd::lesson {

// Markup: a literal. That it is one is checked by the compiler.
class Markup {
 public:
  template <std::size_t N>
  consteval Markup(const char (&text)[N]) : text_(text, N - 1) {}  // NOLINT: meant to convert
  std::string_view text() const { return text_; }

 private:
  std::string_view text_;
};

// Words: escaped.
struct Shown {
  std::string_view text;
};
inline Shown shown(std::string_view text) { return {text}; }

// What came over a wire or was typed: escaped, and what cannot be seen (control characters,
// directions of writing, bytes that are no UTF-8) is written out; cut at kWireMax characters.
struct Wire {
  std::string_view text;
};
inline Wire wire(std::string_view text) { return {text}; }
inline constexpr std::size_t kWireMax = 6000;

class Html {
 public:
  Html& operator<<(Markup markup) {
    text_ += markup.text();
    return *this;
  }
  Html& operator<<(Shown words);
  Html& operator<<(Wire text);
  Html& operator<<(const Html& part) {
    text_ += part.text_;
    return *this;
  }
  Html& operator<<(int number) {
    text_ += std::to_string(number);
    return *this;
  }

  bool empty() const { return text_.empty(); }
  const std::string& str() const { return text_; }

 private:
  std::string text_;
};

}  // namespace grantd::lesson
