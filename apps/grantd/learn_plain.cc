// The lesson as plain text and as JSON (learn.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/console.h"
#include "apps/grantd/learn.h"
#include "apps/grantd/learn_text.h"

namespace grantd::app {
namespace {

using lesson::Book;
using lesson::Played;

void print_lines(const Lines& lines) {
  for (const Line& line : lines) print(painted(line, false) + "\n");
}

void print_heading(std::string_view text) {
  print(fmt::format("{}\n{}\n", text, std::string(columns_of(text), '=')));
}

void print_panel(const Look& look, std::string_view name, Lines lines) {
  if (lines.empty()) return;
  print(fmt::format("\n {}\n", look.book.word(name)));
  print_lines(lines);
}

void print_experiment(const Look& look, const lesson::Experiment& one, std::size_t variant,
                      const Played& played) {
  const Book& book = look.book;
  print_heading(fmt::format("{} {}", one.short_id(), lesson::plain_text(one.title)));
  if (!one.variants.empty()) {
    print_lines(text_lines(look, fmt::format("({}/{}) {}", variant + 1, one.plays.size(),
                                             one.variants[variant])));
  }
  print_lines(text_lines(look, one.change, played.values));
  print("\n");
  print_lines(exchange_lines(look, played, book.step(one.step)));
  print("\n");
  print_lines(labelled(look, book.word("label_naive"), one.naive, played.values));
  print_lines(labelled(look, "grantd", one.grantd, played.values));
  print_lines(labelled(look, book.word("label_honest"), one.honest, played.values));
  print_lines(labelled(look, book.word("label_repair"), one.repair, played.values));
  print_lines(labelled(look, book.word("label_cites"),
                       cites_text(one.cites) + (one.rule.empty() ? "" : ": " + one.rule),
                       played.values));
}

std::string first_fault(const Played& played) {
  if (!played.problem.empty()) return played.problem;
  for (const auto* list : {&played.findings, &played.after}) {
    for (const lesson::Finding& one : *list) {
      if (!one.met) {
        return fmt::format("{}: expected {}, found {}", one.what, one.expected, one.found);
      }
    }
  }
  return {};
}

void print_step(const Look& look, const lesson::Step& step, Played played) {
  const Book& book = look.book;
  if (!step.answer_of.empty() && !played.exchanges.empty()) {
    played.shown = played.last = played.exchanges.size() - 1;
  }
  print_heading(fmt::format(fmt::runtime(book.word("plain_step")), step.number,
                            lesson::plain_text(step.title)));
  print_lines(text_lines(look, step.what, played.values));
  print("\n");
  if (played.shown_exchange()) {
    print_lines(exchange_lines(look, played, &step));
  } else {
    print_lines(text_lines(look, step.message, played.values));
  }
  print_panel(look, "panel_parts", parts_lines(look, step, played.values));
  print_panel(look, "panel_sees", sees_lines(look, step));
  print_lines(text_lines(look, step.sees_text, played.values));
  print_panel(look, "panel_closer", closer_lines(look, step, played.values));
  print_panel(look, "panel_inside", inside_lines(look, step));
  const auto experiments = book.experiments_of(step);
  if (!experiments.empty()) print(fmt::format("\n {}\n", book.word("plain_breaks")));
  for (const lesson::Experiment* const one : experiments) {
    print(fmt::format("   {:<6} {}\n", one->short_id(), lesson::plain_text(one->title)));
  }
  print("\n");
}

Json list_json(const std::vector<lesson::Finding>& findings) {
  Json out = Json::array();
  for (const lesson::Finding& one : findings) {
    out.push_back(Json::object({{"what", one.what},
                                {"expected", one.expected},
                                {"found", one.found},
                                {"met", one.met}}));
  }
  return out;
}

// Everything that is played, in order, with what came of it.
class Everything {
 public:
  Everything(const Book& book, lesson::Room& room, bool json)
      : book_(book), player_(book, room), json_(json), problems_(book.problems) {
    for (std::string& one : lesson::compare_words(book.language)) {
      problems_.push_back(std::move(one));
    }
  }

  void play() {
    for (const lesson::Step& step : book_.steps) {
      add("step", step.id, 1, player_.play_step(step.number));
    }
    for (const lesson::Experiment& one : book_.experiments) {
      for (std::size_t i = 0; i < one.plays.size(); ++i) {
        add("experiment", one.id, i + 1, player_.play(one.plays[i]));
      }
      const lesson::Step* const step = book_.step(one.step);
      add("repair", one.id, 1, player_.put_right(*step, one.plays.front()));
    }
    for (const lesson::ChallengeMove& move : book_.challenge.moves) {
      add("move", std::to_string(move.number), 1, player_.play(move.play));
    }
  }

  Outcome<> finish() {
    const bool good = wrong_ == 0 && problems_.empty();
    if (json_) {
      Json problems = Json::array();
      for (const std::string& one : problems_) problems.push_back(one);
      print(Json::object({{"ok", good},
                          {"played", static_cast<std::int64_t>(rows_.size())},
                          {"wrong", wrong_},
                          {"problems", std::move(problems)},
                          {"plays", Json(std::move(rows_))}})
                .dump_pretty());
    } else {
      for (const std::string& one : problems_) print(one + "\n");
      print(fmt::format(fmt::runtime(book_.word("plain_all")), rows_.size(), wrong_) + "\n");
    }
    if (good) return Unit();
    return failed(fmt::format("{} of {} answers were not as expected, {} faults in the data",
                              wrong_, rows_.size(), problems_.size()));
  }

 private:
  void add(std::string_view kind, const std::string& id, std::size_t variant,
           const Played& played) {
    const bool good = played.as_expected();
    if (!good) ++wrong_;
    const lesson::Exchange* const judged = played.judged_exchange();
    Json row = Json::object({{"kind", kind},
                             {"id", id},
                             {"play", static_cast<std::int64_t>(variant)},
                             {"ok", good}});
    if (judged) {
      row.set("status", judged->reply.status);
      row.set("error", judged->error());
      row.set("method", judged->method);
    }
    if (!played.problem.empty()) row.set("problem", played.problem);
    row.set("findings", list_json(played.findings));
    row.set("after", list_json(played.after));
    rows_.push_back(std::move(row));
    if (json_) return;
    print(fmt::format("{:<10} {:<16} {}  {}{}\n", kind, id, variant,
                      book_.word(good ? "plain_played" : "plain_not"),
                      good ? "" : ": " + tame(first_fault(played))));
  }

  const Book& book_;
  lesson::Player player_;
  const bool json_;
  lesson::Problems problems_;
  Json::Array rows_;
  int wrong_ = 0;
};

}  // namespace

Outcome<> learn_plainly(const Book& book, lesson::Room& room, int number, int break_number) {
  lesson::Player player(book, room);
  const Look look{book};
  if (break_number != 0) {
    const std::string id = fmt::format("step-{}/break-{}", number, break_number);
    const lesson::Experiment* const one = book.experiment(id);
    if (!one) return usage(fmt::format("there is no experiment {}/{}; `grantd learn --list` shows "
                                       "which there are", number, break_number));
    std::string fault;
    for (std::size_t i = 0; i < one->plays.size(); ++i) {
      const Played played = player.play(one->plays[i]);
      print_experiment(look, *one, i, played);
      if (i + 1 < one->plays.size()) print("\n");
      if (fault.empty()) fault = first_fault(played);
    }
    if (fault.empty()) return Unit();
    return failed("the answer was not as expected: " + tame(fault));
  }
  if (number == 0) {
    print_heading("grantd learn: " + std::string(book.word("title_idea")));
    print_lines(text_lines(look, book.idea.text));
    print("\n" + book.idea.drawing + "\n");
    print_lines(text_lines(look, book.idea.closing));
    print("\n");
  }
  std::string fault;
  for (const lesson::Step& step : book.steps) {
    if (number != 0 && step.number != number) continue;
    Played played = player.play_step(step.number);
    if (fault.empty()) fault = first_fault(played);
    print_step(look, step, std::move(played));
  }
  if (fault.empty()) return Unit();
  return failed("an answer was not as expected: " + tame(fault));
}

Outcome<> learn_all(const Book& book, lesson::Room& room, bool json) {
  Everything everything(book, room, json);
  everything.play();
  return everything.finish();
}

}  // namespace grantd::app
