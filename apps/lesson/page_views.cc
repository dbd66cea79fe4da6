// What the addresses have in common (page_views.h).
#include "apps/lesson/page_views.h"

#include <fmt/format.h>

namespace grantd::lesson {
namespace {

constexpr Outcome kOutcomes[] = {Outcome::page, Outcome::redirect, Outcome::json, Outcome::works};

Html tags(const Sight& sight, const Step& step, Sees wanted, Markup classes) {
  Html out;
  for (const auto& [name, sees] : step.sees) {
    if (sees != wanted) continue;
    out << "<span class=\"" << classes << "\">" << shown(sight.word("page_sees_" + name))
        << "</span> ";
  }
  return out;
}

Html see_row(std::string_view label, const Html& tags) {
  Html out;
  if (tags.empty()) return out;
  return out << "<dt>" << shown(label) << "</dt><dd>" << tags << "</dd>";
}

}  // namespace

Html form_to(const Sight& sight, std::string_view path, Markup classes) {
  Html out;
  return out << "<form method=\"post\" action=\"" << shown(path) << "\" class=\"" << classes
             << "\"><input type=\"hidden\" name=\"token\" value=\""
             << shown(sight.learner.form_token) << "\">";
}

Html button(const Sight& sight, std::string_view does, std::string_view word, Markup classes) {
  Html out;
  return out << "<button class=\"" << classes << "\" name=\"do\" value=\"" << shown(does) << "\">"
             << shown(sight.word(word)) << "</button>";
}

Html two_columns(const Html& head, const Html& left, const Html& panel, Markup classes) {
  Html out;
  return out << "<div class=\"" << classes << "\"><div class=\"head\">" << head << "</div>" << left
             << "<article class=\"panel\">" << panel << "</article></div>";
}

std::string_view outcome_word(Outcome outcome) {
  constexpr std::string_view kWords[] = {"outcome_page", "outcome_redirect", "outcome_json",
                                         "outcome_works"};
  return kWords[static_cast<int>(outcome)];
}

Html choices_of_outcome(const Sight& sight, const std::optional<Outcome>& chosen) {
  constexpr std::string_view kValues[] = {"page", "redirect", "json", "works"};
  Html out;
  out << "<fieldset><legend>" << shown(sight.word("predict")) << "</legend>";
  for (const Outcome one : kOutcomes) {
    out << "<label class=\"check opt\"><input type=\"radio\" name=\"outcome\" required value=\""
        << shown(kValues[static_cast<int>(one)]);
    if (chosen == one) {
      out << "\" checked> ";
    } else {
      out << "\"> ";
    }
    out << shown(sight.word(outcome_word(one))) << "</label>";
  }
  return out << "</fieldset>";
}

Html predicted_note(const Sight& sight, const Stage& stage) {
  const Exchange* const judged = stage.broken->judged_exchange();
  Html out;
  if (!judged || !stage.predicted) return out;
  const Outcome came = outcome_of(*judged);
  out << "<div class=\"note\" id=\"answer\" role=\"status\" tabindex=\"-1\"><h2>";
  if (came == *stage.predicted) {
    out << "<b class=\"good-ink\">✓ " << shown(sight.word("predicted_right"));
  } else {
    out << "<b class=\"bad-ink\">✗ " << shown(sight.word("predicted_wrong"));
  }
  return out << "</b> " << shown(sight.word(outcome_word(came))) << "</h2><p class=\"vh\">"
             << wire(said(sight, *stage.broken)) << "</p></div>";
}

Html problem_note(const Sight& sight, std::string_view problem) {
  Html out;
  return out << "<div class=\"note bad\" role=\"alert\"><h2>"
             << shown(sight.word("page_not_played")) << "</h2><p>" << wire(problem) << "</p></div>";
}

Html go_on(const Sight& sight, std::string_view back, std::string_view back_text,
           std::string_view on, std::string_view on_text) {
  Html out;
  out << "<nav class=\"go-on\" aria-label=\"" << shown(sight.word("page_steps")) << "\">";
  if (!back.empty()) {
    out << "<a class=\"btn plain\" href=\"" << shown(back) << "\">← " << shown(back_text)
        << "</a>";
  }
  if (!on.empty()) {
    out << "<a class=\"btn plain on\" href=\"" << shown(on) << "\">" << shown(on_text)
        << " →</a>";
  }
  return out << "</nav>";
}

Html who_sees(const Sight& sight, const Step& step) {
  Html out;
  out << "<section class=\"field\" id=\"sees\"><h2>" << shown(sight.word("panel_sees"))
      << "</h2><dl class=\"see\">"
      << see_row(sight.word("page_sees_yes"), tags(sight, step, Sees::yes, "tag yes"))
      << see_row(sight.word("page_sees_part"), tags(sight, step, Sees::part, "tag part"))
      << see_row(sight.word("page_sees_no"), tags(sight, step, Sees::no, "tag")) << "</dl>";
  if (!step.sees_text.empty()) {
    out << "<div class=\"small soft\">" << words(sight, step.sees_text) << "</div>";
  }
  return out << "</section>";
}

Sheet problem_sheet(const Sight& sight, std::string_view heading, std::string_view text,
                    std::string_view back) {
  Sheet out;
  out.title = sight.word(heading);
  out.main << "<div class=\"body\"><h1 tabindex=\"-1\">" << shown(sight.word(heading)) << "</h1><p>"
           << shown(sight.word(text)) << "</p><p><a class=\"btn\" href=\"" << shown(back) << "\">"
           << shown(sight.word("page_go_there")) << "</a></p></div>";
  return out;
}

}  // namespace grantd::lesson
