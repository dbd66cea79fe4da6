#include "apps/lesson/markup.h"

#include <algorithm>
#include <cctype>

#include "grantd/base/encoding.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kFence = "```";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) { return is_digit(c) || std::isalpha(static_cast<unsigned char>(c)); }

std::size_t digits_at(std::string_view text, std::size_t at) {
  std::size_t end = at;
  while (end < text.size() && is_digit(text[end])) ++end;
  return end - at;
}

struct Link {
  std::size_t size = 0;  // 0: there is none
  std::string id;
};

// 3/1: an experiment.
Link experiment_at(std::string_view text, std::size_t at, const Book& book) {
  const std::size_t step = digits_at(text, at);
  if (step == 0 || step > 2 || at + step >= text.size() || text[at + step] != '/') return {};
  const std::size_t number = digits_at(text, at + step + 1);
  if (number == 0 || number > 2) return {};
  std::string id = "step-" + std::string(text.substr(at, step)) + "/break-" +
                   std::string(text.substr(at + step + 1, number));
  if (!book.experiment(id)) return {};
  return {step + 1 + number, std::move(id)};
}

// E11: an exercise.
Link exercise_at(std::string_view text, std::size_t at, const Book& book) {
  if (text[at] != 'E' || digits_at(text, at + 1) != 2) return {};
  const std::string id(text.substr(at, 3));
  if (!book.exercise(id)) return {};
  return {3, "exercise-" + id};
}

// step 7, in the book's language.
Link step_at(std::string_view text, std::size_t at, const Book& book) {
  const std::string_view word = book.word("link_step");
  if (!text.substr(at).starts_with(word)) return {};
  const std::size_t number = at + word.size() + 1;
  if (number >= text.size() || text[number - 1] != ' ') return {};
  const std::size_t digits = digits_at(text, number);
  std::string id = "step-" + std::string(text.substr(number, digits));
  if (digits == 0 || !book.step(id)) return {};
  return {number + digits - at, std::move(id)};
}

Link link_at(std::string_view text, std::size_t at, const Book& book) {
  if (at > 0 && (is_word(text[at - 1]) || text[at - 1] == '/')) return {};
  Link link = experiment_at(text, at, book);
  if (link.size == 0) link = exercise_at(text, at, book);
  if (link.size == 0) link = step_at(text, at, book);
  const std::size_t end = at + link.size;
  if (link.size != 0 && end < text.size() && is_word(text[end])) return {};
  return link;
}

void add_linked(std::string_view text, Span::Kind kind, const Book& book, Spans& out) {
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    Link link = link_at(text, at, book);
    if (link.size == 0) continue;
    if (at > from) out.push_back({kind, std::string(text.substr(from, at - from)), ""});
    out.push_back({kind, std::string(text.substr(at, link.size)), std::move(link.id)});
    from = at + link.size;
    at = from - 1;
  }
  if (from < text.size()) out.push_back({kind, std::string(text.substr(from)), ""});
}

// The end of what a mark at `at` opens; npos: it opens nothing.
std::size_t closing(std::string_view text, std::size_t at, std::string_view mark) {
  const std::size_t from = at + mark.size();
  if (from >= text.size() || text[from] == ' ') return std::string_view::npos;
  const std::size_t end = text.find(mark, from);
  if (end == std::string_view::npos || end == from) return std::string_view::npos;
  return mark != "`" && text[end - 1] == ' ' ? std::string_view::npos : end;
}

std::vector<std::string_view> lines_of(std::string_view text) { return split(text, '\n'); }

std::vector<Spans> cells_of(std::string_view line, const Book& book) {
  line = trim(line);
  line.remove_prefix(1);
  if (line.ends_with('|')) line.remove_suffix(1);
  std::vector<Spans> out;
  for (const std::string_view cell : split(line, '|')) out.push_back(spans_of(trim(cell), book));
  return out;
}

// "1. " and the like: the number, and where the text begins.
std::pair<int, std::size_t> numbered(std::string_view line) {
  const std::size_t digits = digits_at(line, 0);
  if (digits == 0 || digits > 2 || !line.substr(digits).starts_with(". ")) return {0, 0};
  return {std::stoi(std::string(line.substr(0, digits))), digits + 2};
}

class Blocks {
 public:
  explicit Blocks(const Book& book) : book_(book) {}

  void line(std::string_view line) {
    if (fenced_) {
      if (line.starts_with(kFence)) {
        fenced_ = false;
        return;
      }
      out_.back().text += std::string(line) + "\n";
      return;
    }
    if (line.starts_with(kFence)) {
      flush();
      fenced_ = true;
      out_.push_back({.kind = Block::Kind::fence});
    } else if (trim(line).empty()) {
      flush();
      in_table_ = false;
    } else if (trim(line).starts_with('|')) {
      flush();
      if (!in_table_) out_.push_back({.kind = Block::Kind::table});
      in_table_ = true;
      out_.back().rows.push_back(cells_of(line, book_));
    } else {
      text_line(line);
    }
  }

  std::vector<Block> finish() {
    flush();
    return std::move(out_);
  }

 private:
  void text_line(std::string_view line) {
    const auto [number, begin] = numbered(line);
    if (line.starts_with("- ")) {
      flush();
      kind_ = Block::Kind::item;
      line.remove_prefix(2);
    } else if (number != 0) {
      flush();
      kind_ = Block::Kind::numbered;
      number_ = number;
      line.remove_prefix(begin);
    }
    text_ += (text_.empty() ? "" : " ") + std::string(trim(line));
  }

  void flush() {
    if (!text_.empty()) {
      out_.push_back({.kind = kind_, .spans = spans_of(text_, book_), .number = number_});
    }
    text_.clear();
    kind_ = Block::Kind::paragraph;
    number_ = 0;
  }

  const Book& book_;
  std::vector<Block> out_;
  std::string text_;
  Block::Kind kind_ = Block::Kind::paragraph;
  int number_ = 0;
  bool fenced_ = false, in_table_ = false;
};

}  // namespace

Spans spans_of(std::string_view text, const Book& book) {
  Spans out;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::string_view mark = text[at] == '`'                    ? "`"
                                  : text.substr(at).starts_with("**") ? "**"
                                  : text[at] == '*'                   ? "*"
                                                                      : "";
    if (mark.empty()) continue;
    const std::size_t end = closing(text, at, mark);
    if (end == std::string_view::npos) {
      at += mark.size() - 1;
      continue;
    }
    add_linked(text.substr(from, at - from), Span::Kind::plain, book, out);
    const std::string_view inside = text.substr(at + mark.size(), end - at - mark.size());
    if (mark == "`") {
      out.push_back({Span::Kind::mono, std::string(inside), ""});
    } else {
      // Mono may stand within: its own spans, the rest in this kind.
      const Span::Kind kind = mark == "**" ? Span::Kind::strong : Span::Kind::stressed;
      for (Span& span : spans_of(inside, book)) {
        if (span.kind == Span::Kind::plain) span.kind = kind;
        out.push_back(std::move(span));
      }
    }
    from = end + mark.size();
    at = from - 1;
  }
  add_linked(text.substr(from), Span::Kind::plain, book, out);
  return out;
}

std::vector<Block> blocks_of(std::string_view text, const Book& book) {
  Blocks out(book);
  for (const std::string_view line : lines_of(text)) out.line(line);
  return out.finish();
}

std::string plain_text(std::string_view text) {
  static const Book kNone;
  std::string out;
  for (const Span& span : spans_of(text, kNone)) out += span.text;
  std::ranges::replace(out, '\n', ' ');
  return out;
}

std::string with_values(std::string_view text, const Pairs& values) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find('}', at);
    if (end == std::string_view::npos) break;
    const auto known =
        std::ranges::find(values, text.substr(at + 1, end - at - 1), &Pairs::value_type::first);
    if (known == values.end()) continue;
    out += std::string(text.substr(from, at - from)) + known->second;
    from = end + 1;
  }
  return out + std::string(text.substr(from));
}

}  // namespace grantd::lesson
