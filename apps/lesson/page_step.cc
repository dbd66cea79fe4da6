// A step (page_views.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/lesson/page_s256.h"
#include "apps/lesson/page_views.h"

namespace grantd::lesson {
namespace {

std::string path_of_step(int number) { return fmt::format("/learn/step-{}", number); }

// Through whose hands it goes.
std::string_view channel_of(const Sight& sight, const Step& step) {
  if (!step.answer_of.empty()) return "page_channel_direct";
  const RequestTemplate* const request = sight.book.request(step.play.request.request);
  if (!request) return "page_channel_none";
  return request->browser ? "page_channel_browser" : "page_channel_direct";
}

Html head_of(const Sight& sight, const Step& step) {
  Html out;
  const std::string of = fmt::format(fmt::runtime(sight.word("page_step_of")), step.number,
                                     sight.book.steps.size());
  return out << "<p class=\"small soft\">" << shown(of) << " · "
             << shown(sight.word(channel_of(sight, step))) << "</p><h1 id=\"" << shown(step.id)
             << "\" tabindex=\"-1\">" << line(sight, step.title) << "</h1>"
             << words(sight, step.what);
}

Html message(const Sight& sight, const Step& step) {
  Html out;
  if (step.message.empty()) return out;
  return out << "<div class=\"text\"><h2>" << shown(sight.word("page_message")) << "</h2>"
             << words(sight, step.message) << "</div>";
}

// Both halves of the mark: challenge and verifier.
Html they_fit(const Sight& sight) {
  Html out;
  return out << "<p class=\"tally\">" << mark_svg() << "<span>"
             << line(sight, sight.word("page_they_fit")) << "</span></p>";
}

Html ready(const Sight& sight, const Step& step, const Exchange* preview) {
  Html out;
  if (preview && !preview->problem.empty()) return problem_note(sight, preview->problem);
  if (preview) {
    out << message(sight, step) << request_card(sight, *preview, &step, nullptr);
  }
  const bool drawn = step.play.request.request.empty() && step.answer_of.empty();
  return out << form_to(sight, path_of_step(step.number)) << "<div class=\"row\">"
             << button(sight, "send", drawn ? "page_draw" : "page_send", "btn r")
             << "</div></form>";
}

Html clock(const Sight& sight, const Step& step) {
  Html out;
  out << form_to(sight, path_of_step(step.number)) << "<div class=\"row\">"
      << button(sight, "wait-code", "page_wait_code", "btn plain slim")
      << button(sight, "wait-token", "page_wait_token", "btn plain slim") << "</div></form>";
  return fold("clock", sight.word("panel_time"), out);
}

Html answered(const Sight& sight, const Step& step, const Walked& walked) {
  const Played& played = walked.played;
  Html out;
  out << "<div id=\"answer\" class=\"answer\" role=\"status\" tabindex=\"-1\"><p class=\"vh\">"
      << wire(said(sight, played)) << "</p>";
  constexpr int kSignedIn = 4;
  if (walked.began_again && step.number > kSignedIn) {
    out << "<p class=\"small soft\">" << shown(sight.word("began_again")) << "</p>";
  }
  out << "</div>";
  if (!played.problem.empty()) out << problem_note(sight, played.problem);
  out << message(sight, step) << exchange_card(sight, played, &step);
  if (step.play.request.request == "token" && played.as_expected()) out << they_fit(sight);
  out << told(sight, played);
  const std::string next = path_of_step(step.number + 1);
  out << form_to(sight, path_of_step(step.number)) << "<div class=\"row\">";
  if (step.number < static_cast<int>(sight.book.steps.size())) {
    out << "<a class=\"btn\" href=\"" << shown(next) << "\">" << shown(sight.word("page_next"))
        << "</a>";
  } else {
    out << "<a class=\"btn\" href=\"/learn/challenge\">"
        << shown(sight.word("title_challenge")) << "</a>";
  }
  const bool drawn = !played.shown_exchange();
  return out << button(sight, "send",
                       !played.as_expected() ? "page_begin_again"
                       : drawn               ? "page_draw_again"
                                             : "page_send_again",
                       "btn plain r")
             << "</div></form>";
}

Html stage(const Sight& sight, const Step& step, const Exchange* preview) {
  Html out;
  out << "<section id=\"stage\" aria-label=\"" << shown(sight.word("page_message")) << "\">";
  const auto walked = sight.learner.steps.find(step.number);
  const bool is_sent = walked != sight.learner.steps.end();
  if (sight.learner.waited > Duration(0) && !is_sent) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(sight.learner.waited).count();
    out << "<p class=\"note\" role=\"status\" id=\"moved\">"
        << filled(sight, "page_clock_moved", std::to_string(seconds)) << "</p>";
  }
  if (is_sent) {
    out << answered(sight, step, walked->second);
  } else {
    out << ready(sight, step, preview);
  }
  return out << "</section>";
}

Html parts(const Sight& sight, const Step& step) {
  Html out;
  if (step.parts.empty()) return out;
  const bool three =
      std::ranges::any_of(step.parts, [](const Part& one) { return !one.without.empty(); });
  out << "<table class=\"stack parts\"><thead><tr>";
  std::size_t columns = 0;
  for (const std::string& head : step.parts_head) {
    if (++columns > (three ? 3U : 2U)) break;
    out << "<th scope=\"col\">" << line(sight, head) << "</th>";
  }
  out << "</tr></thead><tbody>";
  for (const Part& part : step.parts) {
    out << "<tr><th scope=\"row\">";
    if (part.label.empty()) {
      out << "<code>" << shown(part.name) << "</code>";
    } else {
      out << line(sight, part.label);
    }
    out << "</th><td>" << line(sight, part.what) << "</td>";
    if (three) out << "<td>" << line(sight, part.without) << "</td>";
    out << "</tr>";
  }
  return out << "</tbody></table>";
}

Html inside(const Sight& sight, const Step& step) {
  Html out;
  if (step.inside.size() == 1 && step.inside.front().first.empty()) {
    return words(sight, step.inside.front().second);
  }
  if (step.inside.empty()) return out;
  out << "<dl class=\"facts\">";
  for (const auto& [name, text] : step.inside) {
    out << "<dt>" << shown(name) << "</dt><dd>" << line(sight, text) << "</dd>";
  }
  return out << "</dl>";
}

Html closer(const Sight& sight, const Step& step) {
  if (step.closer.empty()) return {};
  std::string title(sight.word("panel_closer"));
  if (!step.closer_title.empty()) title += ": " + plain_text(step.closer_title);
  return fold("closer", title, words(sight, step.closer));
}

Html folds(const Sight& sight, const Step& step) {
  Html out;
  out << fold("parts", sight.word("panel_parts"), parts(sight, step)) << closer(sight, step);
  if (step.number == 2) out << s256_field(sight);
  out << fold("inside", sight.word("panel_inside"), inside(sight, step));
  const auto walked = sight.learner.steps.find(step.number);
  if (walked != sight.learner.steps.end() && walked->second.played.judged_exchange()) {
    out << server_walk(sight, *walked->second.played.judged_exchange());
    const Exchange* const asked = walked->second.played.shown_exchange();
    if (asked && step.answer_of.empty()) out << by_hand(sight, *asked);
  }
  // Before it, nothing has a life of its own.
  constexpr int kCodeCame = 6;
  const bool is_sent = walked != sight.learner.steps.end();
  if (step.number > kCodeCame && !is_sent && step.answer_of.empty()) out << clock(sight, step);
  if (step.number == 9) {
    out << "<p><a href=\"/learn/program\">" << shown(sight.word("page_program")) << "</a></p>";
  }
  return out;
}

Html breaks(const Sight& sight, const Step& step) {
  Html out;
  const auto all = sight.book.experiments_of(step);
  if (all.empty()) return out;
  out << "<section class=\"field\"><h2 id=\"breaks\" tabindex=\"-1\">"
      << shown(sight.word("plain_breaks")) << "</h2><p class=\"small soft\">"
      << shown(sight.word("page_breaks")) << "</p><ul class=\"tiles\">";
  for (const Experiment* const one : all) {
    out << "<li>" << place(sight, one->id, one->title, true) << "</li>";
  }
  return out << "</ul></section>";
}

Html exercises(const Sight& sight, const Step& step) {
  Html out;
  const auto all = sight.book.exercises_of(step);
  if (all.empty()) return out;
  out << "<section class=\"field\"><h2 id=\"exercises\" tabindex=\"-1\">"
      << shown(sight.word("exercises_title")) << "</h2><ul class=\"lines\">";
  for (const Exercise* const one : all) {
    out << "<li><span class=\"small soft\">" << shown(stars(one->stars)) << "</span> "
        << place(sight, "exercise-" + one->id, one->id + " " + one->question, true) << "</li>";
  }
  return out << "</ul></section>";
}

}  // namespace

Sheet step_sheet(const Sight& sight, const Step& step, const Exchange* preview) {
  Sheet out;
  const int last = static_cast<int>(sight.book.steps.size());
  out.title = fmt::format(fmt::runtime(sight.word("plain_step")), step.number,
                          plain_text(step.title));
  out.back = step.number > 1 ? path_of_step(step.number - 1) : "/learn";
  out.on = step.number < last ? path_of_step(step.number + 1) : "/learn/challenge";
  const auto walked = sight.learner.steps.find(step.number);
  const Played* const played =
      walked == sight.learner.steps.end() ? nullptr : &walked->second.played;
  Sight here{sight.book, sight.learner, played ? played->values : sight.values};
  const auto title_at = [&](int number) {
    const Step* const there = here.book.step(fmt::format("step-{}", number));
    return there ? plain_text(there->short_title) : std::string();
  };
  const std::string back_text =
      step.number > 1 ? title_at(step.number - 1) : std::string(here.word("title_idea"));
  const std::string on_text =
      step.number < last ? title_at(step.number + 1) : std::string(here.word("title_challenge"));
  Html panel;
  panel << stage(here, step, preview) << who_sees(here, step) << folds(here, step)
        << breaks(here, step) << exercises(here, step) << citations(here, step.cites)
        << go_on(here, out.back, back_text, out.on, on_text);
  const Html drawing = map(here, step.number, played, holdings(here, step.number));
  out.main = two_columns(head_of(here, step), drawing, panel);
  return out;
}

}  // namespace grantd::lesson
