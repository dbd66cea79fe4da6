// The rest of the book's rows: citations, the challenge, the idea, the glossary, the program.
#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/book_rows.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kSection = "§";

}  // namespace

Citations::Citations(Sources& sources) {
  Reader all(sources.rules_path("citations.toml"), "citations", sources.rules("citations.toml"),
             sources.problems());
  documents_ = all.members("document");
  sections_ = all.members("section");
}

std::optional<Citation> Citations::find(const std::string& text) const {
  Citation out;
  out.document = text.substr(0, text.find(kSection));
  if (out.document.size() < text.size()) out.sections = text.substr(out.document.size());
  while (out.document.ends_with(' ')) out.document.pop_back();
  const auto known = std::ranges::find(documents_, out.document, &Pairs::value_type::first);
  if (known == documents_.end()) return std::nullopt;
  out.url = known->second;
  return out;
}

std::vector<Citation> Citations::read(std::string_view name, Reader& from) const {
  std::vector<Citation> out;
  for (std::string text : from.texts(name)) {
    if (text.starts_with('@')) {
      const auto moved = std::ranges::find(sections_, text.substr(1), &Pairs::value_type::first);
      if (moved == sections_.end()) {
        from.wrong(fmt::format("{}: citations.toml has no section \"{}\"", name, text.substr(1)));
        continue;
      }
      text = moved->second;
    }
    std::optional<Citation> citation = find(text);
    if (citation) {
      out.push_back(std::move(*citation));
    } else {
      from.wrong(fmt::format("{}: citations.toml has no document for \"{}\"", name, text));
    }
  }
  return out;
}

void read_challenge(Sources& sources, Book& book) {
  constexpr const char* kFile = "challenge.toml";
  Reader all(sources.rules_path(kFile), "challenge", sources.rules(kFile), sources.problems());
  Reader words(sources.words_path(kFile), "challenge", sources.words(kFile), sources.problems());
  Challenge& out = book.challenge;
  out.intro = words.text("intro");
  out.things = words.members("things");
  out.task = words.text("task");
  out.epilogue = words.text("epilogue");
  out.certificate = words.text("certificate");
  static const Node kNothing;
  const Node* const said = words.node("move");
  Reader moves(words.file(), "move", said ? *said : kNothing, sources.problems());
  for (const Node* const row : all.tables("move")) {
    ChallengeMove& move = out.moves.emplace_back();
    Reader rule(all.file(), "move", *row, sources.problems());
    move.number = static_cast<int>(rule.number("number"));
    move.thing = rule.text("thing");
    if (const Node* const play = rule.node("play")) {
      Reader in(rule.file(), fmt::format("move {}, play", move.number), *play, rule.problems());
      move.play = read_play(in);
    }
    const Node* const text = moves.node(std::to_string(move.number));
    if (!text) {
      moves.wrong(fmt::format("no words for move {}", move.number));
      continue;
    }
    Reader word(words.file(), fmt::format("move {}", move.number), *text, sources.problems());
    move.title = word.text("title");
    move.stopped_by = word.text("stopped_by");
  }
}

void read_idea(Sources& sources, const Citations& citations, Book& book) {
  Problems& problems = sources.problems();
  Reader idea(sources.words_path("idea.toml"), "idea", sources.words("idea.toml"), problems);
  book.idea.text = idea.text("text");
  book.idea.drawing = idea.text("drawing");
  book.idea.drawing_in_words = idea.texts("drawing_in_words");
  book.idea.cast_head = idea.texts("cast_head");
  book.idea.closing = idea.text("closing");
  book.idea.cites = citations.read("cites", idea);
  for (const Node* const row : idea.tables("cast")) {
    Reader one(idea.file(), "cast", *row, problems);
    book.idea.cast.push_back({one.text("who"), one.text("spec"), one.text("wants")});
  }
  Reader glossary(sources.words_path("glossary.toml"), "glossary", sources.words("glossary.toml"),
                  problems);
  for (const Node* const row : glossary.tables("word")) {
    Reader one(glossary.file(), "word", *row, problems);
    book.words.push_back({one.text("id"), one.text("word"), one.text("means")});
  }
  Reader program(sources.words_path("program.toml"), "program", sources.words("program.toml"),
                 problems);
  book.program_text = program.text("text");
  book.program = program.text("program");
  book.program_after = program.text("after");
}

}  // namespace grantd::lesson
