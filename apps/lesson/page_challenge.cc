// The final challenge, and its moves (page_views.h).
#include <fmt/format.h>

#include "apps/lesson/page_views.h"

namespace grantd::lesson {
namespace {

constexpr std::string_view kChallenge = "/learn/challenge";

// What Rook holds, beside the moves. `present`: the one that is used; empty: none.
Html things(const Sight& sight, std::string_view present) {
  const Challenge& all = sight.book.challenge;
  Html out;
  out << "<section class=\"map\" aria-label=\"" << shown(sight.word("page_things"))
      << "\"><div class=\"things\">" << words(sight, all.intro) << "<dl>";
  for (const auto& [thing, text] : all.things) {
    out << "<dt class=\"tile\">" << shown(thing) << "</dt><dd";
    if (thing == present) out << " aria-current=\"true\"";
    out << ">" << line(sight, sentence(text)) << "</dd>";
  }
  return out << "</dl></div></section>";
}

Html certificate(const Sight& sight, Time now) {
  const Learner& who = sight.learner;
  Sight here{sight.book, who,
             {{"steps", std::to_string(who.seen.size())},
              {"experiments", std::to_string(who.broken.size())},
              {"exercises", std::to_string(who.count_solved())},
              {"moves", std::to_string(who.count_foreseen())},
              {"date", to_rfc3339(now).substr(0, 10)}}};
  Html out;
  return out << "<section class=\"field\" id=\"epilogue\"><h2>"
             << shown(sight.word("page_epilogue")) << "</h2>"
             << words(sight, sight.book.challenge.epilogue)
             << "<pre><code id=\"certificate\" data-date=\"" << shown(here.values.back().second)
             << "\" data-text=\"" << shown(sight.book.challenge.certificate) << "\">"
             << line(here, sight.book.challenge.certificate) << "</code></pre></section>";
}

Html move_list(const Sight& sight) {
  Html out;
  out << "<ol class=\"lines moves\">";
  for (const ChallengeMove& one : sight.book.challenge.moves) {
    out << "<li>" << place(sight, stage_key(one), sentence(one.title), true) << "</li>";
  }
  return out << "</ol>";
}

std::string score_of(const Sight& sight) {
  return fmt::format(fmt::runtime(sight.word("score")), sight.learner.count_foreseen(),
                     sight.book.challenge.moves.size());
}

Html stage_of(const Sight& sight, const ChallengeMove& move, const Stage& stage,
              std::string_view path) {
  Html out;
  if (!stage.broken) {
    if (stage.preview) {
      if (!stage.preview->problem.empty()) return problem_note(sight, stage.preview->problem);
      out << request_card(sight, *stage.preview, nullptr, nullptr);
    }
    return out << form_to(sight, path) << choices_of_outcome(sight, std::nullopt)
               << "<div class=\"row\">" << button(sight, "predict", "page_send_it", "btn")
               << "</div></form>";
  }
  out << predicted_note(sight, stage);
  if (!stage.broken->problem.empty()) out << problem_note(sight, stage.broken->problem);
  out << exchange_card(sight, *stage.broken, nullptr) << told(sight, *stage.broken)
      << "<div class=\"stories\"><section class=\"does\"><h3>" << shown(sight.word("page_stopped"))
      << "</h3>" << words(sight, sentence(move.stopped_by)) << "</section></div>"
      << form_to(sight, path) << "<div class=\"row\">";
  const int next = move.number + 1;
  if (next <= static_cast<int>(sight.book.challenge.moves.size())) {
    out << "<a class=\"btn\" href=\"" << shown(path_of(fmt::format("move-{}", next))) << "\">"
        << shown(sight.word("page_next_move")) << "</a>";
  } else {
    out << "<a class=\"btn\" href=\"/learn/challenge#epilogue\">"
        << shown(sight.word("page_to_epilogue")) << "</a>";
  }
  return out << button(sight, "again", "page_play_again", "btn plain r") << "</div></form>";
}

}  // namespace

Sheet challenge_sheet(const Sight& sight, Time now) {
  Sheet out;
  out.title = sight.word("title_challenge");
  out.back = "/learn/step-12";
  out.on = path_of("move-1");
  Html head, panel;
  head << "<p class=\"small soft\" id=\"score\">" << shown(score_of(sight))
       << "</p><h1 id=\"challenge\" tabindex=\"-1\">" << shown(sight.word("title_challenge"))
       << "</h1>" << words(sight, sight.book.challenge.task);
  panel << move_list(sight);
  if (sight.learner.moves.size() == sight.book.challenge.moves.size()) {
    panel << certificate(sight, now);
  }
  const Step* const last = sight.book.step("step-12");
  panel << go_on(sight, out.back, last ? plain_text(last->short_title) : "", "", "");
  out.main = two_columns(head, things(sight, ""), panel);
  return out;
}

Sheet move_sheet(const Sight& sight, const ChallengeMove& move) {
  static const Stage kNone;
  const auto kept = sight.learner.stages.find(stage_key(move));
  const Stage& stage = kept == sight.learner.stages.end() ? kNone : kept->second;
  const Sight here{sight.book, sight.learner, stage.broken ? stage.broken->values : sight.values};
  const std::string path = path_of(stage_key(move));
  const int all = static_cast<int>(sight.book.challenge.moves.size());
  Sheet out;
  out.title = fmt::format("{}: {}", move.number, plain_text(move.title));
  out.back = kChallenge;
  if (move.number < all) out.on = path_of(fmt::format("move-{}", move.number + 1));
  Html head, panel;
  head << "<p class=\"small soft\">"
       << shown(fmt::format(fmt::runtime(here.word("page_move_of")), move.number, all)) << " · "
       << shown(score_of(here)) << "</p><h1 id=\"" << shown(stage_key(move))
       << "\" tabindex=\"-1\">" << line(here, sentence(move.title)) << mark(here, stage_key(move))
       << "</h1>";
  panel << "<section id=\"stage\" tabindex=\"-1\" aria-label=\""
        << shown(here.word("page_message")) << "\">"
        << stage_of(here, move, stage, path) << "</section>";
  if (stage.broken && stage.broken->judged_exchange()) {
    panel << server_walk(here, *stage.broken->judged_exchange());
  }
  panel << go_on(here, kChallenge, here.word("title_challenge"), out.on,
                 here.word("page_next_move"));
  out.main = two_columns(head, things(here, move.thing), panel);
  return out;
}

}  // namespace grantd::lesson
