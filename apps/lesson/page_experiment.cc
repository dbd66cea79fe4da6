// An experiment (page_views.h).
#include <fmt/format.h>

#include "apps/lesson/page_views.h"

namespace grantd::lesson {
namespace {

std::string path_of_play(const Experiment& experiment, std::size_t play) {
  std::string out = path_of(experiment.id);
  return play == 0 ? out : fmt::format("{}?play={}", out, play + 1);
}

Html variants(const Sight& sight, const Experiment& one, std::size_t play) {
  Html out;
  if (one.variants.size() < 2) return out;
  out << "<nav aria-label=\"" << shown(sight.word("page_variants"))
      << "\"><ul class=\"tiles\">";
  for (std::size_t i = 0; i < one.variants.size(); ++i) {
    out << "<li><a href=\"" << shown(path_of_play(one, i)) << "\"";
    if (i == play) out << " aria-current=\"page\"";
    out << ">" << line(sight, one.variants[i]) << "</a></li>";
  }
  return out << "</ul></nav>";
}

Html story(std::string_view heading, const Html& text, Markup classes) {
  Html out;
  if (text.empty()) return out;
  return out << "<section class=\"" << classes << "\"><h3>" << shown(heading) << "</h3>" << text
             << "</section>";
}

Html stories(const Sight& sight, const Experiment& one) {
  Html out;
  out << "<div class=\"stories\">"
      << story(sight.word("page_naive"), words(sight, sentence(one.naive)), "naive")
      << story(sight.word("page_grantd"), words(sight, sentence(one.grantd)), "does")
      << story(sight.word("page_honest"), words(sight, sentence(one.honest)), "")
      << story(sight.word("page_repair"), words(sight, sentence(one.repair)), "");
  return out << "</div>";
}

Html predict(const Sight& sight, const Step* step, const Stage& stage, std::string_view path) {
  Html out;
  if (stage.preview) {
    if (!stage.preview->problem.empty()) return problem_note(sight, stage.preview->problem);
    out << request_card(sight, *stage.preview, step, nullptr);
  }
  return out << form_to(sight, path) << choices_of_outcome(sight, std::nullopt)
             << "<div class=\"row\">" << button(sight, "predict", "page_send_it", "btn")
             << "</div></form>";
}

Html broken(const Sight& sight, const Experiment& one, const Step* step, const Stage& stage,
            std::string_view path) {
  Html out;
  out << predicted_note(sight, stage);
  if (!stage.broken->problem.empty()) out << problem_note(sight, stage.broken->problem);
  out << exchange_card(sight, *stage.broken, step) << told(sight, *stage.broken)
      << stories(sight, one);
  return out << form_to(sight, path) << "<div class=\"row\">"
             << button(sight, "repair", "page_put_right", "btn r")
             << button(sight, "again", "page_predict_again", "btn plain") << "</div></form>";
}

Html repaired(const Sight& sight, const Experiment& one, const Step* step, const Stage& stage,
              std::string_view path) {
  const Sight now{sight.book, sight.learner, stage.repaired->values};
  Html out;
  if (stage.repaired->as_expected()) {
    out << "<div class=\"note\" id=\"answer\" role=\"status\" tabindex=\"-1\">"
           "<h2><b class=\"good-ink\">✓ "
        << shown(sight.word("repaired")) << "</b></h2><p class=\"vh\">"
        << wire(said(now, *stage.repaired)) << "</p></div>";
  } else {
    out << problem_note(now, stage.repaired->problem);
  }
  Html before;
  before << exchange_card(sight, *stage.broken, step) << told(sight, *stage.broken);
  out << exchange_card(now, *stage.repaired, step)
      << fold("was", sight.word("page_was_broken"), before) << stories(sight, one);
  return out << form_to(sight, path) << "<div class=\"row\">"
             << button(sight, "again", "page_break_again", "btn plain") << "</div></form>";
}

Html others(const Sight& sight, const Step& step, const Experiment& present) {
  Html out;
  out << "<section class=\"field\"><h2 id=\"breaks\" tabindex=\"-1\">"
      << shown(sight.word("plain_breaks")) << "</h2><ul class=\"tiles\">";
  for (const Experiment* const one : sight.book.experiments_of(step)) {
    if (one == &present) continue;
    out << "<li>" << place(sight, one->id, one->title, false) << "</li>";
  }
  return out << "</ul></section>";
}

}  // namespace

Sheet experiment_sheet(const Sight& sight, const Experiment& one, std::size_t play) {
  const Step& step = *sight.book.step(one.step);
  const auto all = sight.book.experiments_of(step);
  const std::string path = path_of_play(one, play);
  static const Stage kNone;
  const auto kept = sight.learner.stages.find(stage_key(one, play));
  const Stage& stage = kept == sight.learner.stages.end() ? kNone : kept->second;
  const Sight here{sight.book, sight.learner, stage.broken ? stage.broken->values : sight.values};

  Sheet out;
  out.title = one.short_id() + " " + plain_text(one.title);
  out.back = path_of(step.id);
  if (one.number < static_cast<int>(all.size())) {
    out.on = path_of(all[static_cast<std::size_t>(one.number)]->id);
  }
  Html head;
  head << "<p class=\"small soft\">"
       << shown(fmt::format(fmt::runtime(here.word("page_broken_of")), step.number, one.number,
                            all.size()))
       << "</p><h1 id=\"" << shown(one.id) << "\" tabindex=\"-1\">" << line(here, one.title)
       << mark(here, one.id) << "</h1>" << words(here, sentence(one.change));
  Html panel;
  panel << variants(here, one, play) << "<section id=\"stage\" tabindex=\"-1\" aria-label=\""
        << shown(here.word("page_message")) << "\">";
  if (stage.repaired) {
    panel << repaired(here, one, &step, stage, path);
  } else if (stage.broken) {
    panel << broken(here, one, &step, stage, path);
  } else {
    panel << predict(here, &step, stage, path);
  }
  panel << "</section>";
  if (stage.broken && stage.broken->judged_exchange()) {
    panel << server_walk(here, *stage.broken->judged_exchange());
  }
  if (stage.broken && stage.broken->shown_exchange()) {
    panel << by_hand(here, *stage.broken->shown_exchange());
  }
  if (stage.broken) panel << citations(here, one.cites);
  const bool is_last = out.on.empty();
  panel << others(here, step, one)
        << go_on(here, out.back, plain_text(step.short_title), out.on,
                 is_last ? "" : plain_text(all[static_cast<std::size_t>(one.number)]->title));
  const Played* const played = stage.repaired ? &*stage.repaired
                               : stage.broken ? &*stage.broken
                                              : nullptr;
  out.main = two_columns(head, map(here, step.number, played), panel, "play asks");
  return out;
}

}  // namespace grantd::lesson
