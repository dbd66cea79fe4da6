// Words are looked at more closely: that every language says the same, and that what has little
// room fits.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "apps/lesson/book_rows.h"
#include "apps/lesson/markup.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kFirst = "en";
constexpr std::string_view kFiles[] = {
    "steps.toml",     "experiments.toml", "probes.toml", "exercises.toml", "challenge.toml",
    "mistakes.toml",  "glossary.toml",    "idea.toml",   "program.toml",   "interface.toml"};
// Of the terminal, 80 columns wide (web/lesson/en/steps.toml says so to who writes them).
constexpr std::size_t kBriefLines = 3, kBriefColumns = 76, kShortColumns = 36, kTitleColumns = 26;
constexpr std::size_t kKeysColumns = 78, kLabelColumns = 9, kDrawingColumns = 72;

using Names = std::multiset<std::string, std::less<>>;

std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::size_t widest(std::string_view text) {
  std::size_t out = 0;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find('\n', from), text.size());
    out = std::max(out, columns(text.substr(from, end - from)));
    from = end + 1;
  }
  return out;
}

// "{issuer}", "{}": what is filled in, as often as it stands there.
Names braces_of(std::string_view text) {
  Names out;
  for (std::size_t at = text.find('{'); at != std::string_view::npos; at = text.find('{', at + 1)) {
    const std::size_t end = text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_", at + 1);
    if (end == std::string_view::npos || text[end] != '}') continue;
    out.emplace(text.substr(at, end + 1 - at));
  }
  return out;
}

// What stands between back-ticks, each once. A fence is no such thing: its lines may be notes.
Names mono_of(std::string_view text) {
  Names out;
  for (std::size_t at = text.find('`'); at != std::string_view::npos;) {
    const bool fence = text.substr(at).starts_with("```");
    const std::string_view mark = fence ? "```" : "`";
    const std::size_t end = text.find(mark, at + mark.size());
    if (end == std::string_view::npos) break;
    std::string one(text.substr(at + 1, end - at - 1));
    if (!fence && !out.contains(one)) out.insert(std::move(one));
    at = text.find('`', end + mark.size());
  }
  return out;
}

Names links_of(std::string_view text, const Book& book) {
  Names out;
  for (const Block& block : blocks_of(text, book)) {
    for (const Span& span : block.spans) {
      if (!span.link.empty() && !out.contains(span.link)) out.insert(span.link);
    }
  }
  return out;
}

std::string only_in(const Names& these, const Names& those) {
  std::vector<std::string> out;
  std::ranges::set_difference(these, those, std::back_inserter(out));
  return fmt::format("{}", fmt::join(out, ", "));
}

class Compare {
 public:
  Compare(Sources& sources, const Book& first, const Book& book)
      : sources_(sources), first_(first), book_(book) {}

  void file(std::string name, const Node& theirs, const Node& ours) {
    file_ = std::move(name);
    table("", theirs, ours);
  }

 private:
  void wrong(const Node& where, const std::string& text) {
    sources_.problems().push_back(
        fmt::format("{}:{}: {}", sources_.words_path(file_), where.line, text));
  }

  void table(const std::string& path, const Node& theirs, const Node& ours) {
    for (const auto& [name, node] : theirs.members) {
      const Node* const mine = ours.find(name);
      if (mine) {
        value(path + "." + name, node, *mine);
      } else {
        wrong(ours, fmt::format("{}.{}: there are words in {} and none here", path, name, kFirst));
      }
    }
    for (const auto& [name, node] : ours.members) {
      if (!theirs.find(name)) {
        wrong(node, fmt::format("{}.{}: there are no words in {}", path, name, kFirst));
      }
    }
  }

  void value(const std::string& path, const Node& theirs, const Node& ours) {
    if (theirs.kind != ours.kind) return wrong(ours, path + ": of another kind than in English");
    if (theirs.kind == Node::Kind::table) return table(path, theirs, ours);
    if (theirs.kind == Node::Kind::text) return text(path, theirs, ours);
    if (theirs.kind == Node::Kind::list) return list(path, theirs, ours);
  }

  // Rows that have an id may stand in another order.
  void list(const std::string& path, const Node& theirs, const Node& ours) {
    if (theirs.items.size() != ours.items.size()) {
      return wrong(ours, fmt::format("{}: expected {} of them, found {}", path, theirs.items.size(),
                                     ours.items.size()));
    }
    for (std::size_t i = 0; i < theirs.items.size(); ++i) {
      const Node& row = theirs.items[i];
      const Node* const id = row.find("id");
      const auto mine =
          !id ? ours.items.begin() + static_cast<std::ptrdiff_t>(i)
              : std::ranges::find(ours.items, id->text, [](const Node& one) {
                  return key_text(one.find("id"));
                });
      if (mine == ours.items.end()) {
        wrong(ours, fmt::format("{}: \"{}\" is missing", path, id->text));
      } else {
        value(fmt::format("{}[{}]", path, i), row, *mine);
      }
    }
  }

  void text(const std::string& path, const Node& theirs, const Node& ours) {
    const bool code = path.ends_with(".code") || path == ".program";
    if (code && theirs.text != ours.text) wrong(ours, path + ": a program is not translated");
    if (code) return;
    same(path, "in braces", braces_of(theirs.text), ours, braces_of(ours.text));
    same(path, "in back-ticks", mono_of(theirs.text), ours, mono_of(ours.text));
    same(path, "as links", links_of(theirs.text, first_), ours, links_of(ours.text, book_));
  }

  void same(const std::string& path, std::string_view what, const Names& theirs, const Node& where,
            const Names& ours) {
    if (theirs == ours) return;
    wrong(where, fmt::format("{}: {} there is here alone \"{}\", in {} alone \"{}\"", path, what,
                             only_in(ours, theirs), kFirst, only_in(theirs, ours)));
  }

  Sources& sources_;
  const Book& first_;
  const Book& book_;
  std::string file_;
};

void check_names(Book& book, const std::string& where, std::initializer_list<const Text*> texts) {
  for (const Text* const text : texts) {
    for (const std::string& name : braces_of(*text)) {
      if (is_value_name(std::string_view(name).substr(1, name.size() - 2))) continue;
      book.problems.push_back(
          fmt::format("lesson, {}: {}: nobody knows the value {}", book.language, where, name));
    }
  }
}

void check_values(Book& book) {
  for (const Step& one : book.steps) {
    check_names(book, one.id, {&one.what, &one.message, &one.sees_text, &one.closer});
    for (const Part& part : one.parts) {
      check_names(book, one.id, {&part.label, &part.what, &part.without});
    }
  }
  for (const Experiment& one : book.experiments) {
    check_names(book, one.id, {&one.change, &one.naive, &one.grantd, &one.honest, &one.rule,
                               &one.repair});
  }
  const Challenge& challenge = book.challenge;
  check_names(book, "challenge", {&challenge.intro, &challenge.task, &challenge.epilogue});
  for (const auto& [thing, text] : challenge.things) check_names(book, "challenge", {&text});
}

void check_room(Book& book) {
  const auto fits = [&](const std::string& what, std::string_view text, std::size_t most) {
    if (widest(text) <= most) return;
    book.problems.push_back(fmt::format("lesson, {}: {}: expected at most {} columns, found {}",
                                        book.language, what, most, widest(text)));
  };
  for (const Step& step : book.steps) {
    fits(step.id + ", short", step.short_title, kTitleColumns);
    fits(step.id + ", brief", step.brief, kBriefColumns);
    const auto lines = static_cast<std::size_t>(std::ranges::count(step.brief, '\n')) + 1;
    if (lines > kBriefLines) {
      book.problems.push_back(fmt::format("lesson, {}: {}, brief: expected at most {} lines",
                                          book.language, step.id, kBriefLines));
    }
    for (const Part& part : step.parts) {
      fits(step.id + ", " + part.name + ", short", part.short_text, kShortColumns);
    }
  }
  fits("drawing", book.idea.drawing, kDrawingColumns);
  for (const auto& [name, text] : book.interface) {
    if (name.starts_with("keys_")) fits(name, text, kKeysColumns);
    if (name.starts_with("label_")) fits(name, text, kLabelColumns);
  }
}

}  // namespace

void check_words(Book& book) {
  check_values(book);
  check_room(book);
}

Problems compare_words(const Files& files, std::string_view language) {
  Problems out, ignored;  // what cannot be read is said by read_book
  const Book first = read_book(files, kFirst);
  const Book book = read_book(files, language);
  Sources theirs(files, std::string(kFirst), ignored);
  Sources ours(files, std::string(language), out);
  Compare compare(ours, first, book);
  for (const std::string_view name : kFiles) {
    const std::string file(name);
    compare.file(file, theirs.words(file), ours.words(file));
  }
  return out;
}

Problems compare_words(std::string_view language) {
  return compare_words(embedded_files(), language);
}

}  // namespace grantd::lesson
