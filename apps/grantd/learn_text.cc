#include "apps/grantd/learn_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/told.h"

namespace grantd::app {
namespace {

using lesson::Block;
using lesson::Span;
using lesson::Spans;

constexpr std::size_t kLabelColumns = 10;

Style style_of(const Span& span, Style base) {
  if (!span.link.empty()) return Style::accent;
  if (span.kind == Span::Kind::strong) return Style::strong;
  if (span.kind == Span::Kind::mono) return Style::accent;
  return base;
}

// Column widths of a table within `width`: as wide as needed, the widest ones narrowed.
std::vector<std::size_t> widths_of(const std::vector<std::vector<Spans>>& rows, std::size_t width) {
  std::vector<std::size_t> out;
  for (const auto& row : rows) {
    out.resize(std::max(out.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) {
      out[i] = std::max(out[i], columns_of(line_of(row[i])));
    }
  }
  const auto total = [&] {
    std::size_t sum = 0;
    for (const std::size_t one : out) sum += one + 2;
    return sum;
  };
  while (!out.empty() && total() > width) {
    std::size_t& widest = *std::ranges::max_element(out);
    if (widest < 8) break;
    --widest;
  }
  return out;
}

Lines row_lines(const std::vector<Spans>& row, const std::vector<std::size_t>& widths,
                std::size_t indent, Style base) {
  std::vector<Lines> cells;
  std::size_t height = 0;
  for (std::size_t i = 0; i < row.size(); ++i) {
    cells.push_back(wrapped(line_of(row[i], base), widths[i], 0));
    height = std::max(height, cells.back().size());
  }
  Lines out;
  for (std::size_t y = 0; y < height; ++y) {
    Line line{{std::string(indent, ' ')}};
    for (std::size_t i = 0; i < cells.size(); ++i) {
      const Line cell = y < cells[i].size() ? cells[i][y] : Line{};
      for (const Bit& bit : fitted(cell, widths[i] + 2)) line.push_back(bit);
    }
    out.push_back(std::move(line));
  }
  return out;
}

Lines table_lines(const std::vector<std::vector<Spans>>& rows, std::size_t width,
                  std::size_t indent) {
  Lines out;
  const std::vector<std::size_t> widths = widths_of(rows, width - indent);
  for (const auto& row : rows) {
    append(out, row_lines(row, widths, indent, &row == &rows.front() ? Style::soft : Style::plain));
  }
  return out;
}

Lines block_lines(const Look& look, const Block& block, std::size_t indent) {
  switch (block.kind) {
    case Block::Kind::paragraph:
      return wrapped(line_of(block.spans), look.width, indent);
    case Block::Kind::item: {
      Line line{{"- "}};
      for (const Bit& bit : line_of(block.spans)) line.push_back(bit);
      return wrapped(line, look.width, indent, 2);
    }
    case Block::Kind::numbered: {
      Line line{{std::to_string(block.number) + ". "}};
      for (const Bit& bit : line_of(block.spans)) line.push_back(bit);
      return wrapped(line, look.width, indent, 3);
    }
    case Block::Kind::table:
      return table_lines(block.rows, look.width, indent);
    case Block::Kind::fence:
      break;
  }
  Lines out;
  std::string_view text = block.text;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    // Long lines are broken, so that nothing is lost at the edge.
    std::string rest(text.substr(0, end));
    do {
      const std::string part = lesson::short_line(rest, look.width - indent - 2);
      rest.erase(0, part.size());
      out.push_back({{std::string(indent + 2, ' ')}, {part, Style::accent}});
    } while (!rest.empty());
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return out;
}

}  // namespace

Line line_of(const Spans& spans, Style base) {
  Line out;
  for (const Span& span : spans) out.push_back({span.text, style_of(span, base)});
  return out;
}

Lines text_lines(const Look& look, std::string_view text, const lesson::Pairs& values,
                 std::size_t indent) {
  Lines out;
  const std::string filled = lesson::with_values(text, values);
  Block::Kind last = Block::Kind::paragraph;
  for (const Block& block : lesson::blocks_of(filled, look.book)) {
    const bool list = block.kind == Block::Kind::item || block.kind == Block::Kind::numbered;
    if (!out.empty() && !(list && last == block.kind)) out.emplace_back();
    append(out, block_lines(look, block, indent));
    last = block.kind;
  }
  return out;
}

Lines labelled(const Look& look, std::string_view label, std::string_view text,
               const lesson::Pairs& values, Style style) {
  Look narrow = look;
  const std::size_t indent = kLabelColumns + 3;
  Lines out = text_lines(narrow, text, values, indent);
  if (out.empty()) return out;
  Line first{{fmt::format("   {:<{}}", label, kLabelColumns), style}};
  // The indent of the first line is where the label stands.
  if (!out.front().empty()) {
    std::string& blanks = out.front().front().text;
    blanks.erase(0, std::min(blanks.size(), columns_of(first)));
  }
  first.insert(first.end(), out.front().begin(), out.front().end());
  out.front() = std::move(first);
  return out;
}

Lines parts_lines(const Look& look, const lesson::Step& step, const lesson::Pairs& values) {
  std::vector<std::vector<Spans>> rows;
  const auto cell = [&](const std::string& text) {
    return lesson::spans_of(lesson::with_values(text, values), look.book);
  };
  if (!step.parts_head.empty()) {
    rows.emplace_back();
    for (const std::string& head : step.parts_head) rows.back().push_back(cell(head));
  }
  for (const lesson::Part& part : step.parts) {
    rows.push_back({cell(part.label), cell(part.what), cell(part.without)});
  }
  Lines out = table_lines(rows, look.width, 1);
  out.emplace_back();
  append(out,
         labelled(look, look.book.word("label_cites"), cites_text(step.cites), {}, Style::soft));
  return out;
}

Lines inside_lines(const Look& look, const lesson::Step& step) {
  Lines out;
  for (const auto& [name, text] : step.inside) {
    append(out, name.empty() ? text_lines(look, text)
                             : labelled(look, name, text, {}, Style::accent));
  }
  return out;
}

Lines closer_lines(const Look& look, const lesson::Step& step, const lesson::Pairs& values) {
  Lines out;
  if (!step.closer_title.empty()) {
    append(out, wrapped({{step.closer_title, Style::strong}}, look.width, 1));
    out.emplace_back();
  }
  append(out, text_lines(look, step.closer, values));
  return out;
}

std::string cites_text(const std::vector<lesson::Citation>& cites) {
  std::string out;
  for (const lesson::Citation& one : cites) out += (out.empty() ? "" : " · ") + one.to_text();
  return out;
}

Lines sees_lines(const Look& look, const lesson::Step& step) {
  Line line{{std::string(look.book.word("label_sees")) + "  ", Style::soft}};
  for (const auto& [name, sees] : step.sees) {
    const bool can = sees != lesson::Sees::no;
    const std::string_view sign = sees == lesson::Sees::yes    ? "*"
                                  : sees == lesson::Sees::part ? "o"
                                                               : "-";
    line.push_back({fmt::format("{}\u00a0{}", look.book.word("sees_" + name), sign),
                    can ? Style::strong : Style::soft});
    line.push_back({"  "});
  }
  Lines out = wrapped(line, look.width, 1);
  for (Line& one : out) {
    for (Bit& bit : one) {
      // Kept together while wrapping; two blanks apart where there is room.
      for (std::size_t at; (at = bit.text.find("\u00a0")) != std::string::npos;) {
        bit.text.replace(at, 2, " ");
      }
    }
  }
  return out;
}

}  // namespace grantd::app
