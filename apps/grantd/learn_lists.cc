// What the lesson has, as lists: steps and experiments, the mistakes, the words (learn.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/console.h"
#include "apps/grantd/learn.h"
#include "apps/grantd/learn_text.h"

namespace grantd::app {
namespace {

using lesson::Book;
using lesson::Experiment;
using lesson::plain_text;
using lesson::Step;

// How it is played: an experiment from the shell, an exercise in the lesson.
std::string line_for_play(const Book& book, const std::string& id) {
  const Experiment* const one = book.experiment(id);
  const Step* const step = one ? book.step(one->step) : nullptr;
  const std::string line =
      step ? fmt::format("`grantd learn --step {} --break {}`", step->number, one->number)
           : "`grantd learn`, `g` `" + id + "`";
  return lesson::name_of_play(book, id) + " (" + line + ")";
}

}  // namespace

void list_lesson(const Book& book, bool json) {
  Json rows = Json::array();
  for (const Step& step : book.steps) {
    if (!json) print(fmt::format("{:<6} {}\n", step.number, plain_text(step.title)));
    Json experiments = Json::array();
    for (const Experiment* const one : book.experiments_of(step)) {
      const std::string title = plain_text(one->title);
      if (!json) print(fmt::format("  {:<6} {}\n", one->short_id(), title));
      experiments.push_back(Json::object({{"id", one->id}, {"title", title}}));
    }
    rows.push_back(Json::object({{"id", step.id},
                                 {"title", plain_text(step.title)},
                                 {"experiments", std::move(experiments)}}));
  }
  if (json) print(rows.dump_pretty());
}

void print_program(const Book& book) { print(book.program); }

void list_mistakes(const Book& book, bool json) {
  const Look look{book};
  Json rows = Json::array();
  int number = 0;
  for (const lesson::Mistake& one : book.mistakes) {
    ++number;
    Json plays = Json::array();
    for (const std::string& id : one.plays) plays.push_back(id);
    rows.push_back(Json::object({{"id", one.id},
                                 {"mistake", plain_text(one.mistake)},
                                 {"came", plain_text(one.came)},
                                 {"fix", plain_text(one.fix)},
                                 {"plays", std::move(plays)}}));
    if (json) continue;
    Lines lines = text_lines(look, fmt::format("{}. {}", number, one.mistake));
    append(lines, labelled(look, book.word("label_came"), one.came));
    append(lines, labelled(look, book.word("label_fix"), one.fix));
    std::string_view label = book.word("label_play");
    for (const std::string& id : one.plays) {
      append(lines, labelled(look, std::exchange(label, ""), line_for_play(book, id)));
    }
    for (const Line& line : lines) print(painted(line, false) + "\n");
    if (number < static_cast<int>(book.mistakes.size())) print("\n");
  }
  if (json) print(rows.dump_pretty());
}

Outcome<> list_words(const Book& book, const std::string& wanted, bool json) {
  const lesson::Word* const only = wanted.empty() ? nullptr : book.glossary_word(wanted);
  if (!wanted.empty() && !only) {
    return usage(fmt::format("--word: there is no word \"{}\"; `grantd learn --words` shows which "
                             "there are", tame(wanted)));
  }
  const Look look{book};
  Json rows = Json::array();
  for (const lesson::Word& one : book.words) {
    if (only && only != &one) continue;
    const std::string means = plain_text(one.means);
    rows.push_back(Json::object({{"id", one.id}, {"word", one.word}, {"means", means}}));
    if (json) continue;
    Line text{{one.word + ":"}, {" "}};
    for (const Bit& bit : line_of(lesson::spans_of(one.means, book))) text.push_back(bit);
    for (const Line& line : wrapped(text, look.width, 0, 2)) print(painted(line, false) + "\n");
  }
  if (json) print(rows.dump_pretty());
  return Unit();
}

}  // namespace grantd::app
