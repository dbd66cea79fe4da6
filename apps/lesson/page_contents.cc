// The beginning: the idea and all places; the words and mistakes; the program (page_views.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/page_value.h"
#include "apps/lesson/page_views.h"

namespace grantd::lesson {
namespace {

Html cast(const Sight& sight) {
  const Idea& idea = sight.book.idea;
  Html out;
  out << "<table class=\"stack cast\"><thead><tr>";
  for (const std::string& head : idea.cast_head) {
    out << "<th scope=\"col\">" << line(sight, head) << "</th>";
  }
  out << "</tr></thead><tbody>";
  for (const Idea::Actor& one : idea.cast) {
    out << "<tr><th scope=\"row\"><b>" << line(sight, one.who) << "</b></th><td>"
        << line(sight, one.spec) << "</td><td>" << line(sight, one.wants) << "</td></tr>";
  }
  return out << "</tbody></table>";
}

// The first step that was not sent yet.
const Step& step_to_go_on(const Sight& sight) {
  for (const Step& one : sight.book.steps) {
    if (!sight.learner.seen.contains(one.id)) return one;
  }
  return sight.book.steps.front();
}

Html begin(const Sight& sight) {
  const Step& step = step_to_go_on(sight);
  Html out;
  out << "<div class=\"row\"><a class=\"btn\" id=\"begin\" href=\"" << shown(path_of(step.id))
      << "\">";
  if (step.number == 1) {
    out << shown(sight.word("page_begin"));
  } else {
    out << filled(sight, "page_go_on_at", std::to_string(step.number));
  }
  return out << "</a></div><div class=\"small soft\">" << words(sight, sight.word("page_ways"))
             << "</div>";
}

Html step_entry(const Sight& sight, const Step& step) {
  Html out;
  out << "<section id=\"" << shown(step.id) << "\" tabindex=\"-1\"><h3><i>" << step.number
      << "</i> " << place(sight, step.id, step.title, false) << "</h3>";
  const auto experiments = sight.book.experiments_of(step);
  if (!experiments.empty()) {
    out << "<p><b>" << shown(sight.word("plain_breaks")) << ":</b> ";
    for (const Experiment* const one : experiments) {
      if (one != experiments.front()) out << " · ";
      out << place(sight, one->id, one->title, true);
    }
    out << "</p>";
  }
  const auto exercises = sight.book.exercises_of(step);
  if (!exercises.empty()) {
    out << "<p><b>" << shown(sight.word("exercises_title")) << ":</b> ";
    for (const Exercise* const one : exercises) {
      if (one != exercises.front()) out << " · ";
      out << place(sight, "exercise-" + one->id, one->id, true) << " <small>"
          << shown(stars(one->stars)) << "</small>";
    }
    out << "</p>";
  }
  return out << "</section>";
}

Html challenge_entry(const Sight& sight) {
  Html out;
  return out << "<section id=\"challenge\" tabindex=\"-1\"><h3><a href=\"/learn/challenge\">"
             << shown(sight.word("title_challenge")) << "</a></h3><p>"
             << shown(plain_text(sight.book.challenge.intro)) << " <span id=\"score\">"
             << shown(fmt::format(fmt::runtime(sight.word("score")),
                                  sight.learner.count_foreseen(),
                                  sight.book.challenge.moves.size()))
             << ".</span></p></section><section id=\"program\" tabindex=\"-1\"><h3>"
                "<a href=\"/learn/program\">"
             << shown(sight.word("page_program")) << "</a></h3></section>";
}

// By name alone, each with its id: what they say is on a page of its own.
Html names(const Sight& sight) {
  Html out;
  out << "<section id=\"mistakes\"><h2><a href=\"/learn/words#mistakes\">"
      << shown(sight.word("page_mistakes")) << "</a></h2><ol class=\"mistakes\">";
  for (const Mistake& one : sight.book.mistakes) {
    out << "<li><a id=\"" << shown(one.id) << "\" href=\"/learn/words#" << shown(one.id) << "\">"
        << shown(plain_text(one.mistake)) << "</a></li>";
  }
  out << "</ol></section><section id=\"words\"><h2><a href=\"/learn/words\">"
      << shown(sight.word("page_words")) << "</a></h2><p>";
  for (const Word& one : sight.book.words) {
    if (&one != &sight.book.words.front()) out << " · ";
    out << "<a id=\"word-" << shown(one.id) << "\" href=\"/learn/words#word-" << shown(one.id)
        << "\">" << shown(one.word) << "</a>";
  }
  return out << "</p></section>";
}

Html mistakes(const Sight& sight) {
  Html out;
  out << "<section id=\"mistakes\"><h2>" << shown(sight.word("page_mistakes"))
      << "</h2><ol class=\"mistakes\">";
  for (const Mistake& one : sight.book.mistakes) {
    out << "<li id=\"" << shown(one.id) << "\" tabindex=\"-1\"><p><b>"
        << line(sight, one.mistake) << ".</b> "
        << line(sight, sentence(one.came)) << ". <b class=\"good-ink\">"
        << shown(sight.word("page_fix")) << "</b> " << line(sight, one.fix) << ".";
    for (const std::string& play : one.plays) {
      const Experiment* const played = sight.book.experiment(play);
      out << " <a href=\"" << shown(path_of(played ? play : "exercise-" + play)) << "\">"
          << shown(sight.word(played ? "page_play_it" : "page_try_it")) << " "
          << shown(played ? played->short_id() : play) << "</a>";
    }
    out << "</p></li>";
  }
  return out << "</ol></section>";
}

Html glossary(const Sight& sight) {
  Html out;
  out << "<dl class=\"words\">";
  for (const Word& one : sight.book.words) {
    out << "<div><dt id=\"word-" << shown(one.id) << "\" tabindex=\"-1\">" << shown(one.word)
        << "</dt><dd>" << line(sight, one.means) << "</dd></div>";
  }
  return out << "</dl>";
}

}  // namespace

Sheet words_sheet(const Sight& sight) {
  Sheet out;
  out.title = sight.word("page_words");
  out.back = "/learn";
  out.main << "<div class=\"body\"><h1 id=\"words\" tabindex=\"-1\">"
           << shown(sight.word("page_words")) << "</h1>" << glossary(sight) << mistakes(sight)
           << "</div>";
  return out;
}

Sheet contents_sheet(const Sight& sight) {
  Sheet out;
  out.title = sight.word("page_title");
  out.on = "/learn/step-1";
  const Idea& idea = sight.book.idea;
  Html head, panel;
  head << "<p class=\"small soft\">" << shown(sight.word("page_lead")) << "</p><h1 id=\"idea\" "
       << "tabindex=\"-1\">" << shown(sight.word("title_idea")) << "</h1>";
  panel << "<div class=\"text\">" << words(sight, idea.text) << words(sight, idea.closing)
        << "</div>" << begin(sight) << citations(sight, idea.cites);
  out.main << two_columns(head, idea_drawing(sight), panel) << "<div class=\"below\">"
           << "<section id=\"cast\" aria-label=\"" << shown(sight.word("page_cast")) << "\">"
           << cast(sight) << "</section><section id=\"steps\"><h2>"
           << shown(sight.word("page_steps")) << "</h2><div class=\"entries\">";
  for (const Step& step : sight.book.steps) out.main << step_entry(sight, step);
  out.main << challenge_entry(sight) << "</div></section>" << names(sight) << "</div>";
  return out;
}

Sheet program_sheet(const Sight& sight) {
  const auto value = [&](std::string_view name) {
    const auto found = std::ranges::find(sight.values, name, &Pairs::value_type::first);
    return found == sight.values.end() ? std::string() : found->second;
  };
  Sheet out;
  out.title = sight.word("page_program");
  out.back = "/learn/step-9";
  out.main << "<div class=\"body text\"><h1 id=\"program\" tabindex=\"-1\">"
           << shown(sight.word("page_program")) << "</h1>" << words(sight, sight.book.program_text);
  Html secret, issuer, callback;
  out.main << "<dl class=\"par env\"><div><dt>ISSUER</dt><dd><code>" << wire(value("issuer"))
           << "</code></dd></div><div><dt>CALLBACK</dt><dd><code>" << wire(value("postcard"))
           << "/callback</code></dd></div><div><dt>POSTCARD_SECRET</dt><dd>"
           << hidden_value(sight, value("postcard_secret")) << "</dd></div><div><dt>mira</dt><dd>"
           << hidden_value(sight, value("mira_password")) << "<p>"
           << shown(sight.word("page_people")) << "</p></dd></div></dl><pre><code>"
           << shown(sight.book.program) << "</code></pre>" << words(sight, sight.book.program_after)
           << go_on(sight, out.back, plain_text(sight.book.step("step-9")->short_title), "", "")
           << "</div>";
  return out;
}

}  // namespace grantd::lesson
