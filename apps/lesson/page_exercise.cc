// An exercise (page_views.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/page_views.h"

namespace grantd::lesson {
namespace {

using Kind = Exercise::Kind;

const Choice& option_at(const Exercise& one, const Try& tried, std::size_t place) {
  return one.options[place < tried.order.size() ? tried.order[place] : place];
}

Html choices(const Sight& sight, const Exercise& one, const Try& tried) {
  Html out;
  out << "<fieldset><legend class=\"vh\">" << line(sight, one.question) << "</legend>";
  for (std::size_t i = 0; i < one.options.size(); ++i) {
    const Choice& option = option_at(one, tried, i);
    out << "<label class=\"check opt\"><input type=\"radio\" name=\"answer\" required value=\""
        << shown(option.id) << "\"";
    if (option.id == tried.answer) out << " checked";
    if (option.id == tried.answer && tried.verdict) out << " aria-describedby=\"answer\"";
    out << "> <span>" << line(sight, option.text) << "</span></label>";
  }
  return out << "</fieldset>";
}

Html typed(const Sight& sight, const Try& tried) {
  Html out;
  return out << "<div class=\"field\"><label for=\"typed\">"
             << shown(sight.word("page_your_answer"))
             << "</label><input id=\"typed\" name=\"answer\" required maxlength=\"300\" "
                "autocomplete=\"off\" autocapitalize=\"none\" spellcheck=\"false\" value=\""
             << wire(tried.answer) << "\"></div>";
}

// A place a line: which card lies there.
Html cards(const Sight& sight, const Exercise& one, const Try& tried) {
  Html out;
  out << "<fieldset class=\"cards\"><legend class=\"vh\">" << line(sight, one.question)
      << "</legend>";
  for (std::size_t place = 0; place < one.options.size(); ++place) {
    const std::string name = fmt::format("card-{}", place + 1);
    out << "<div><label for=\"" << shown(name) << "\">" << static_cast<int>(place) + 1
        << ".</label> <select id=\"" << shown(name) << "\" name=\"" << shown(name)
        << "\" required><option value=\"\">" << shown(sight.word("page_choose")) << "</option>";
    for (std::size_t i = 0; i < one.options.size(); ++i) {
      const Choice& card = option_at(one, tried, i);
      out << "<option value=\"" << shown(card.id) << "\"";
      if (place < tried.cards.size() && tried.cards[place] == card.id) out << " selected";
      out << ">" << shown(plain_text(card.text)) << "</option>";
    }
    out << "</select></div>";
  }
  return out << "</fieldset>";
}

Html feedback(const Sight& sight, const Exercise& one, const Try& tried) {
  Html out;
  if (!tried.verdict) return out;
  const bool right = tried.verdict->right;
  out << "<div class=\"note\" id=\"answer\" role=\"status\" tabindex=\"-1\"><h2>";
  if (right) {
    out << "<b class=\"good-ink\">✓ " << shown(sight.word("right"));
  } else {
    out << "<b class=\"bad-ink\">✗ " << shown(sight.word("wrong"));
  }
  out << "</b></h2>" << words(sight, sentence(tried.verdict->feedback));
  if (right) out << words(sight, sentence(one.follow));
  return out << "</div>";
}

Html came(const Sight& sight, const Try& tried) {
  Html out;
  if (!tried.played || !tried.verdict) return out;
  const Sight here{sight.book, sight.learner, tried.played->values};
  if (!tried.played->problem.empty()) return problem_note(here, tried.played->problem);
  return out << "<h2>" << shown(sight.word("what_came")) << "</h2>"
             << answer_card(here, *tried.played, nullptr) << told(here, *tried.played);
}

// The one that comes after it, in the order of the steps.
const Exercise* next_of(const Book& book, const Exercise& one) {
  bool is_next = false;
  for (const Step& step : book.steps) {
    for (const Exercise* const other : book.exercises_of(step)) {
      if (is_next) return other;
      is_next = other == &one;
    }
  }
  return nullptr;
}

Html ask(const Sight& sight, const Exercise& one, const Try& tried) {
  Html out;
  if (one.kind == Kind::free) {
    out << typed(sight, tried);
  } else if (one.kind == Kind::order) {
    out << cards(sight, one, tried);
  } else {
    out << choices(sight, one, tried);
  }
  out << feedback(sight, one, tried) << "<div class=\"row\">";
  const Exercise* const next = next_of(sight.book, one);
  const bool solved = tried.verdict && tried.verdict->right;
  if (solved && next) {
    out << "<a class=\"btn\" href=\"" << shown(path_of("exercise-" + next->id)) << "\">"
        << shown(sight.word("page_next_exercise")) << "</a>";
  }
  if (solved && next) {
    out << button(sight, "answer", "page_check_again", "btn plain");
  } else {
    out << button(sight, "answer", tried.verdict ? "page_check_again" : "page_check", "btn");
  }
  const int number = sight.book.step(one.step)->number;
  return out << "<a class=\"btn plain\" href=\"" << shown(path_of(one.step)) << "\">"
             << filled(sight, "page_look_at_step", std::to_string(number)) << "</a></div>";
}

}  // namespace

Sheet exercise_sheet(const Sight& sight, const Exercise& one) {
  static const Try kNone;
  const auto kept = sight.learner.tries.find(one.id);
  const Try& tried = kept == sight.learner.tries.end() ? kNone : kept->second;
  const Step& step = *sight.book.step(one.step);
  const std::string id = "exercise-" + one.id;
  const Exercise* const next = next_of(sight.book, one);
  Sheet out;
  out.title = fmt::format("{} {}", one.id, plain_text(one.question));
  out.back = path_of(one.step);
  if (next) out.on = path_of("exercise-" + next->id);
  Html head, panel;
  head << "<p class=\"small soft\">"
       << shown(fmt::format(fmt::runtime(sight.word("page_exercise_of")), one.id, step.number))
       << " <span aria-hidden=\"true\">" << shown(stars(one.stars)) << "</span></p><h1 id=\""
       << shown(id) << "\" tabindex=\"-1\">" << line(sight, one.question) << mark(sight, one.id)
       << "</h1>";
  if (!one.code.empty()) panel << "<pre><code>" << shown(one.code) << "</code></pre>";
  panel << form_to(sight, path_of(id)) << ask(sight, one, tried) << "</form>"
        << came(sight, tried)
        << go_on(sight, out.back, plain_text(step.short_title), out.on, next ? next->id : "");
  out.main = two_columns(head, map(sight, step.number, nullptr), panel, "play asks");
  return out;
}

}  // namespace grantd::lesson
