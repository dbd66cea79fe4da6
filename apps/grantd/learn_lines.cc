#include "apps/grantd/learn_lines.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::app {
namespace {

struct WordPiece {
  std::string text;
  Style style;
};
// Pieces without a blank between them, which stay together.
using Word = std::vector<WordPiece>;

std::vector<Word> words_of(const Line& line) {
  std::vector<Word> out;
  bool open = false;  // the last word may go on
  for (const Bit& bit : line) {
    std::size_t from = 0;
    while (from <= bit.text.size()) {
      const std::size_t end = std::min(bit.text.find_first_of(" \n", from), bit.text.size());
      if (end > from) {
        if (!open) out.emplace_back();
        out.back().push_back({bit.text.substr(from, end - from), bit.style});
        open = true;
      }
      if (end < bit.text.size()) open = false;
      from = end + 1;
    }
  }
  return out;
}

std::size_t columns_of(const Word& word) {
  std::size_t out = 0;
  for (const WordPiece& piece : word) out += app::columns_of(piece.text);
  return out;
}

// The first `columns` characters.
std::string head(std::string_view text, std::size_t columns) {
  std::size_t at = 0;
  for (; at < text.size(); ++at) {
    if ((text[at] & 0xc0) == 0x80) continue;
    if (columns-- == 0) break;
  }
  return std::string(text.substr(0, at));
}

// A word that is wider than a line, in pieces that are not.
std::vector<Word> cut(const Word& word, std::size_t width) {
  if (columns_of(word) <= width || width == 0) return {word};
  std::vector<Word> out(1);
  std::size_t left = width;
  for (const WordPiece& piece : word) {
    std::string_view rest = piece.text;
    while (!rest.empty()) {
      if (left == 0) {
        out.emplace_back();
        left = width;
      }
      std::string part = head(rest, left);
      left -= app::columns_of(part);
      rest.remove_prefix(part.size());
      out.back().push_back({std::move(part), piece.style});
    }
  }
  return out;
}

std::string_view code_of(Style style) {
  switch (style) {
    case Style::strong:
      return "\x1b[1m";
    case Style::soft:
      return "\x1b[2m";
    case Style::accent:
      return "\x1b[36m";
    case Style::good:
      return "\x1b[32m";
    case Style::bad:
      return "\x1b[31m";
    case Style::mark:
      return "\x1b[30;43m";
    case Style::plain:
      break;
  }
  return "";
}

}  // namespace

std::size_t columns_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::size_t columns_of(const Line& line) {
  std::size_t out = 0;
  for (const Bit& bit : line) out += columns_of(bit.text);
  return out;
}

std::string tame(std::string_view text) { return printable(text); }

Lines wrapped(const Line& words, std::size_t width, std::size_t indent, std::size_t hanging) {
  Lines out;
  std::size_t column = 0, from = indent;
  const auto begin = [&] {
    from = out.empty() ? indent : indent + hanging;
    out.push_back({{std::string(from, ' ')}});
    column = from;
  };
  begin();
  for (const Word& whole : words_of(words)) {
    for (const Word& word : cut(whole, width - std::min(width, indent + hanging))) {
      const std::size_t size = columns_of(word);
      if (column > from && column + 1 + size > width) begin();
      if (column > from) {
        // The blank between two words of one style is of that style, so that no gap shows.
        const Style last = out.back().back().style;
        out.back().push_back({" ", last == word.front().style ? last : Style::plain});
        ++column;
      }
      for (const WordPiece& piece : word) out.back().push_back({piece.text, piece.style});
      column += size;
    }
  }
  return out;
}

Line fitted(Line line, std::size_t width) {
  Line out;
  std::size_t column = 0;
  for (Bit& bit : line) {
    const std::size_t size = columns_of(bit.text);
    if (column + size > width) {
      out.push_back({head(bit.text, width - column), bit.style});
      return out;
    }
    column += size;
    out.push_back(std::move(bit));
  }
  out.push_back({std::string(width - column, ' ')});
  return out;
}

Line beside(const Line& left, std::size_t width, const Line& right) {
  Line out = fitted(left, width);
  out.insert(out.end(), right.begin(), right.end());
  return out;
}

std::string painted(const Line& line, bool colours) {
  std::string out;
  for (const Bit& bit : line) {
    const std::string_view code = colours ? code_of(bit.style) : "";
    out += std::string(code) + bit.text;
    if (!code.empty()) out += "\x1b[0m";
  }
  if (!colours) out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

void append(Lines& to, Lines more) {
  for (Line& line : more) to.push_back(std::move(line));
}

}  // namespace grantd::app
