// The book's words as HTML (page_parts.h).
#include <algorithm>

#include "apps/lesson/page_parts.h"

namespace grantd::lesson {
namespace {

Html span_html(const Span& span) {
  Html out;
  switch (span.kind) {
    case Span::Kind::plain:
      return out << shown(span.text);
    case Span::Kind::mono:
      return out << "<code>" << shown(span.text) << "</code>";
    case Span::Kind::strong:
      return out << "<b>" << shown(span.text) << "</b>";
    case Span::Kind::stressed:
      break;
  }
  return out << "<em>" << shown(span.text) << "</em>";
}

// Without links where they stand in one already.
Html spans_html(const Spans& spans, bool links = true) {
  Html out;
  for (const Span& span : spans) {
    if (span.link.empty() || !links) {
      out << span_html(span);
    } else {
      out << "<a href=\"" << shown(path_of(span.link)) << "\">" << span_html(span) << "</a>";
    }
  }
  return out;
}

Html table_html(const Block& block) {
  Html out;
  out << "<table class=\"stack\"><thead><tr>";
  for (const Spans& cell : block.rows.front()) {
    out << "<th scope=\"col\">" << spans_html(cell) << "</th>";
  }
  out << "</tr></thead><tbody>";
  for (std::size_t i = 1; i < block.rows.size(); ++i) {
    out << "<tr>";
    for (const Spans& cell : block.rows[i]) out << "<td>" << spans_html(cell) << "</td>";
    out << "</tr>";
  }
  return out << "</tbody></table>";
}

// Lists are blocks of one item each; neighbours make one list.
class Lists {
 public:
  explicit Lists(Html& out) : out_(out) {}
  void turn(Block::Kind kind) {
    if (kind == open_) return;
    if (open_ == Block::Kind::item) out_ << "</ul>";
    if (open_ == Block::Kind::numbered) out_ << "</ol>";
    if (kind == Block::Kind::item) out_ << "<ul class=\"dots\">";
    if (kind == Block::Kind::numbered) out_ << "<ol class=\"count\">";
    open_ = kind;
  }

 private:
  Html& out_;
  Block::Kind open_ = Block::Kind::paragraph;
};

}  // namespace

std::string path_of(std::string_view id) {
  return (id.starts_with("move-") ? "/learn/challenge/" : "/learn/") + std::string(id);
}

Html words(const Sight& sight, std::string_view text) {
  Html out;
  Lists lists(out);
  for (const Block& block : blocks_of(with_values(text, sight.values), sight.book)) {
    lists.turn(block.kind);
    switch (block.kind) {
      case Block::Kind::paragraph:
        out << "<p>" << spans_html(block.spans) << "</p>";
        break;
      case Block::Kind::item:
      case Block::Kind::numbered:
        out << "<li>" << spans_html(block.spans) << "</li>";
        break;
      case Block::Kind::table:
        out << table_html(block);
        break;
      case Block::Kind::fence:
        out << "<pre><code>" << shown(block.text) << "</code></pre>";
        break;
    }
  }
  lists.turn(Block::Kind::paragraph);
  return out;
}

std::string sentence(std::string_view text) {
  std::string out(text);
  const std::size_t at = out.find_first_not_of('\n');
  const bool is_name = std::string_view(out).substr(std::min(at, out.size())).starts_with("grantd");
  if (at != std::string::npos && out[at] >= 'a' && out[at] <= 'z' && !is_name) {
    out[at] = static_cast<char>(out[at] - 'a' + 'A');
  }
  return out;
}

Html line(const Sight& sight, std::string_view text) {
  return spans_html(spans_of(with_values(text, sight.values), sight.book));
}

Html filled(const Sight& sight, std::string_view name, std::string_view value) {
  const std::string_view word = sight.word(name);
  const std::size_t at = word.find("{}");
  Html out;
  out << shown(word.substr(0, at));
  if (at != std::string_view::npos) out << shown(value) << shown(word.substr(at + 2));
  return out;
}

Html citations(const Sight& sight, const std::vector<Citation>& cites) {
  Html out;
  if (cites.empty()) return out;
  out << "<p class=\"small soft cites\">" << shown(sight.word("page_rules")) << " ";
  for (const Citation& one : cites) {
    if (&one != &cites.front()) out << " · ";
    if (!one.url.starts_with("https://")) {
      out << shown(one.to_text());
    } else {
      out << "<a href=\"" << shown(one.url) << "\" rel=\"noreferrer\">" << shown(one.to_text())
          << "</a>";
    }
  }
  return out << "</p>";
}

Html mark(const Sight& sight, std::string_view id) {
  const std::string_view said = sight.learner.mark_of(id);
  Html out;
  if (said.empty()) return out;
  return out << "<i class=\"mk\"> ✓ <b>" << shown(sight.word(said)) << "</b></i>";
}

Html place(const Sight& sight, std::string_view id, std::string_view title, bool anchor) {
  Html out;
  out << "<a href=\"" << shown(path_of(id)) << "\"";
  if (anchor) out << " id=\"" << shown(id) << "\"";
  out << ">" << spans_html(spans_of(title, sight.book), false);
  constexpr std::string_view kExercise = "exercise-";
  if (id.starts_with(kExercise)) id.remove_prefix(kExercise.size());
  return out << mark(sight, id) << "</a>";
}

std::string stars(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "★";
  return out;
}

Html mark_svg() {
  Html out;
  return out << "<svg viewBox=\"0 0 16 16\" width=\"20\" height=\"20\" aria-hidden=\"true\">"
                "<path d=\"M3 1h6v6H5v8H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z\"/>"
                "<path d=\"M13 15H7V9h4V1h2a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2z\"/></svg>";
}

Html fold(std::string_view id, std::string_view title, const Html& inside) {
  Html out;
  if (inside.empty()) return out;
  out << "<details class=\"fold\" id=\"" << shown(id) << "\"><summary>" << shown(title)
      << "</summary><div>" << inside << "</div></details>";
  return out;
}

}  // namespace grantd::lesson
