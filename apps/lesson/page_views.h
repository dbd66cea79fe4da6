// What each address of the page /learn shows. Pure: a book and a learner in, HTML out; what is
// played was played before (page.h).
#pragma once

#include "apps/lesson/page_parts.h"

namespace grantd::lesson {

struct Sheet {
  std::string title;
  Html main;
  std::string back, on;  // paths: one place back, one on (keys k and j); empty: none
};

// The idea, all places with their ids.
Sheet contents_sheet(const Sight& sight);
// The glossary and the ten mistakes.
Sheet words_sheet(const Sight& sight);
// `preview`: the request, where the step was not sent yet and has one.
Sheet step_sheet(const Sight& sight, const Step& step, const Exchange* preview);
Sheet experiment_sheet(const Sight& sight, const Experiment& experiment, std::size_t play);
Sheet exercise_sheet(const Sight& sight, const Exercise& exercise);
Sheet challenge_sheet(const Sight& sight, Time now);
Sheet move_sheet(const Sight& sight, const ChallengeMove& move);
Sheet program_sheet(const Sight& sight);
Sheet problem_sheet(const Sight& sight, std::string_view heading, std::string_view text,
                    std::string_view back);

// ---- for those alone (page_views.cc)
// The beginning of a form: its token in it. `path`: of ours.
Html form_to(const Sight& sight, std::string_view path, Markup classes = "");
Html button(const Sight& sight, std::string_view does, std::string_view word, Markup classes);
// Left what stays in sight, right what changes; where there is one column, in that order, or where
// `classes` has "asks" the other way round.
Html two_columns(const Html& head, const Html& left, const Html& panel, Markup classes = "play");
Html choices_of_outcome(const Sight& sight, const std::optional<Outcome>& chosen);
std::string_view outcome_word(Outcome outcome);
// "As you predicted: …", as the answer's heading.
Html predicted_note(const Sight& sight, const Stage& stage);
Html problem_note(const Sight& sight, std::string_view problem);
// "Back" and "on", at the end of a panel.
Html go_on(const Sight& sight, std::string_view back, std::string_view back_text,
           std::string_view on, std::string_view on_text);
Html who_sees(const Sight& sight, const Step& step);

}  // namespace grantd::lesson
