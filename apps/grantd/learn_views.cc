// What is seen (learn_session.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/learn_session.h"
#include "apps/lesson/told.h"
#include "grantd/base/time.h"

namespace grantd::app {
namespace {

constexpr std::size_t kFrame = 4;  // title, two rules, keys

Line rule_line(std::size_t width, const std::string& at_the_end) {
  const std::size_t used = columns_of(at_the_end);
  return {{std::string(width - std::min(width, used), '-') + at_the_end, Style::soft}};
}

std::string bar(std::size_t done, std::size_t of) {
  return "[" + std::string(done, '#') + std::string(of - std::min(of, done), '.') + "]";
}

}  // namespace

Screen Session::screen(Terminal::Size size) {
  const std::size_t width = std::max<std::size_t>(size.columns, 40);
  const std::size_t rows = std::max<std::size_t>(size.rows, 8);
  Lines content = panel_ == Panel::none ? body(look(width)) : panel(look(width));
  page_ = rows - kFrame;
  if (std::exchange(follow_selected_, false)) follow(content);
  scroll_max_ = content.size() > page_ ? content.size() - page_ : 0;
  scroll_ = std::min(scroll_, scroll_max_);
  const std::size_t more = scroll_max_ - scroll_;
  Screen out;
  out.lines.push_back(title_line(width));
  out.lines.push_back(rule_line(width, ""));
  for (std::size_t i = 0; i < page_; ++i) {
    const std::size_t at = scroll_ + i;
    out.lines.push_back(at < content.size() ? fitted(std::move(content[at]), width) : Line{});
  }
  out.lines.push_back(rule_line(
      width, more > 0 ? " " + fmt::format(fmt::runtime(say("more_lines")), more) + " --" : ""));
  if (going_) {
    const std::string prompt = " " + std::string(say("go_prompt")) + " ";
    out.lines.push_back({{prompt, Style::strong}, {tame(*going_)}});
    out.cursor = {rows, columns_of(prompt) + columns_of(tame(*going_)) + 1};
  } else {
    out.lines.push_back(keys_line(width));
  }
  return out;
}

void Session::follow(const Lines& content) {
  const auto here = std::ranges::find_if(content, [](const Line& line) {
    return !line.empty() && line.front().text == kSelected;
  });
  if (here == content.end()) return;
  const std::size_t at = static_cast<std::size_t>(here - content.begin());
  if (at < scroll_) scroll_ = at;
  if (at >= scroll_ + page_) scroll_ = at + 1 - page_;
}

Line Session::title_line(std::size_t width) const {
  std::string place, title;
  const lesson::Step* const step = present_step();
  if (step) {
    place = fmt::format(fmt::runtime(say("step_of")), at_, book_->steps.size());
    title = step->short_title;
  } else {
    title = say(at_ == 0 ? "title_idea" : "title_challenge");
  }
  Line line{{" grantd learn", Style::strong}, {"      "}};
  if (!place.empty()) line.push_back({place + " · ", Style::soft});
  line.push_back({lesson::plain_text(title), Style::strong});
  const std::string done = bar(static_cast<std::size_t>(std::clamp(at_, 0, 12)), 12);
  const std::size_t used = columns_of(line) + columns_of(done) + 1;
  line.push_back({std::string(used < width ? width - used : 1, ' ')});
  line.push_back({done, Style::accent});
  return fitted(std::move(line), width);
}

std::string Session::keys_name() const {
  if (panel_ == Panel::time) return "keys_time";
  if (panel_ != Panel::none) return "keys_panel";
  switch (view_) {
    case View::idea:
      return "keys_idea";
    case View::step:
      return "keys_step";
    case View::breaks:
    case View::exercises:
      return "keys_list";
    case View::challenge:
      return "keys_challenge";
    case View::experiment:
    case View::move:
      if (!stage_.broken) return "keys_predict";
      if (stage_.move) return "keys_move_played";
      return stage_.repaired ? "keys_repaired" : "keys_broken";
    case View::exercise: {
      using enum lesson::Exercise::Kind;
      if (try_.verdict) return try_.verdict->right ? "keys_solved" : "keys_again";
      const bool typed = try_.exercise->kind == free || try_.exercise->kind == order;
      return typed ? "keys_type" : "keys_options";
    }
    case View::mistakes:
      return "keys_list";
    case View::mistake:
      return "keys_mistake";
    case View::end:
      break;
  }
  return "keys_end";
}

// "n next  p back": each key strong, its word soft.
Line Session::keys_line(std::size_t width) const {
  Line out{{" "}};
  std::string_view text = say(keys_name());
  while (!text.empty()) {
    const std::size_t end = std::min(text.find("  "), text.size());
    const std::string_view one = text.substr(0, end);
    const std::size_t blank = std::min(one.find(' '), one.size());
    out.push_back({std::string(one.substr(0, blank)), Style::strong});
    out.push_back({std::string(one.substr(blank)) + "  ", Style::soft});
    text.remove_prefix(std::min(end + 2, text.size()));
  }
  return fitted(std::move(out), width);
}

Lines Session::body(const Look& look) {
  switch (view_) {
    case View::idea:
      return idea(look);
    case View::step:
      return step(look);
    case View::breaks:
      return breaks(look);
    case View::experiment:
    case View::move:
      return stage(look);
    case View::exercises:
      return exercises(look);
    case View::exercise:
      return exercise(look);
    case View::challenge:
      return challenge(look);
    case View::mistakes:
      return mistakes(look);
    case View::mistake:
      return mistake(look);
    case View::end:
      break;
  }
  return end(look);
}

Lines Session::idea(const Look& look) const {
  Lines out = text_lines(look, book_->idea.text);
  out.emplace_back();
  append(out, text_lines(look, "```\n" + book_->idea.drawing + "\n```"));
  out.emplace_back();
  for (const auto& actor : book_->idea.cast) {
    append(out, text_lines(look, "- **" + actor.who + "** (" + actor.spec + "): " + actor.wants));
  }
  out.emplace_back();
  append(out, text_lines(look, book_->idea.closing));
  append(out, wrapped({{cites_text(book_->idea.cites), Style::soft}}, look.width, 1));
  return out;
}

Lines Session::step(const Look& look) {
  const lesson::Step* const step = present_step();
  const lesson::Played* const played = present_played();
  if (!step) return {};
  Lines out = text_lines(look, step->brief);
  out.emplace_back();
  if (!played) return out;
  if (began_again_) {
    append(out, wrapped({{std::string(say("began_again")), Style::soft}}, look.width, 1));
    out.emplace_back();
  }
  if (!played->problem.empty()) {
    append(out, wrapped({{"! ", Style::bad}, {tame(played->problem)}}, look.width, 1, 2));
    return out;
  }
  if (played->shown_exchange()) {
    append(out, exchange_lines(look, *played, step));
  } else {
    append(out, text_lines(look, step->message, played->values));
  }
  out.emplace_back();
  append(out, sees_lines(look, *step));
  return out;
}

Line Session::pick_line(std::size_t index, const std::string& mark, const std::string& text,
                        const std::string& done, std::size_t width) const {
  const bool here = index == selected_;
  Line line{{here ? std::string(kSelected) : "   ", Style::accent}};
  line.push_back({fmt::format("{:>2}  ", mark), Style::soft});
  const std::size_t used = columns_of(line) + (done.empty() ? 0 : columns_of(done) + 2);
  line.push_back({lesson::short_value(lesson::plain_text(text), width - std::min(width, used)),
                  here ? Style::strong : Style::plain});
  if (!done.empty()) {
    line = fitted(std::move(line), width - columns_of(done) - 2);
    line.push_back({done, Style::good});
  }
  return line;
}

Lines Session::breaks(const Look& look) const {
  Lines out = wrapped({{std::string(say("breaks_title")), Style::strong}}, look.width, 1);
  out.emplace_back();
  const auto all = book_->experiments_of(*present_step());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::string& id = all[i]->id;
    const std::string_view done = progress_.repaired.contains(id)      ? say("done_repaired")
                                  : progress_.experiments.contains(id) ? say("done_broken")
                                                                       : "";
    out.push_back(
        pick_line(i, std::to_string(i + 1), all[i]->title, std::string(done), look.width));
  }
  return out;
}

Lines Session::stage(const Look& look) const {
  const lesson::Pairs values = room_ ? room_->values() : lesson::Pairs();
  const bool move = stage_.move != nullptr;
  const std::string number =
      move ? std::to_string(stage_.move->number) : stage_.experiment->short_id();
  const std::string& title = move ? stage_.move->title : stage_.experiment->title;
  Lines out = wrapped({{number + " ", Style::accent}, {lesson::plain_text(title), Style::strong}},
                      look.width, 1);
  if (stage_.experiment && !stage_.experiment->variants.empty()) {
    append(out, text_lines(look, fmt::format("({}/{}) {}", stage_.variant + 1,
                                             stage_.experiment->plays.size(),
                                             stage_.experiment->variants[stage_.variant])));
  }
  if (stage_.broken) {
    out.emplace_back();
    append(out, stage_answer(look));
    return out;
  }
  if (stage_.experiment) append(out, text_lines(look, stage_.experiment->change, values));
  for (const auto& [thing, text] : book_->challenge.things) {
    if (move && thing == stage_.move->thing) {
      append(out, text_lines(look, "**" + thing + "** " + text, values));
    }
  }
  out.emplace_back();
  append(out, stage_question(look));
  return out;
}

Lines Session::stage_question(const Look& look) const {
  const lesson::Step* const step = stage_.experiment ? present_step() : nullptr;
  Lines out = request_lines(look, stage_.preview, step, nullptr);
  if (!stage_.preview.problem.empty()) {
    append(out, wrapped({{"! ", Style::bad}, {tame(stage_.preview.problem)}}, look.width, 1, 2));
  }
  out.emplace_back();
  out.push_back({{" " + std::string(say("predict")), Style::strong}});
  int key = 1;
  for (const std::string_view one :
       {"outcome_page", "outcome_redirect", "outcome_json", "outcome_works"}) {
    out.push_back({{fmt::format("   {}  ", key++), Style::accent}, {std::string(say(one))}});
  }
  return out;
}

Lines Session::stage_answer(const Look& look) const {
  const lesson::Played& played = stage_.repaired ? *stage_.repaired : *stage_.broken;
  const lesson::Pairs values = played.values;
  Lines out;
  if (!played.problem.empty()) {
    return wrapped({{"! ", Style::bad}, {tame(played.problem)}}, look.width, 1, 2);
  }
  const lesson::Step* const step = stage_.experiment ? present_step() : nullptr;
  const lesson::Exchange& judged = *played.judged_exchange();
  if (stage_.repaired) {
    out.push_back({{" " + std::string(say("repaired")), Style::good}});
    out.emplace_back();
    append(out, exchange_lines(look, played, step));
    return out;
  }
  const lesson::Outcome came = lesson::outcome_of(judged);
  constexpr std::string_view kNames[] = {"outcome_page", "outcome_redirect", "outcome_json",
                                         "outcome_works"};
  const bool right = stage_.predicted == came;
  append(out, wrapped({{std::string(say(right ? "predicted_right" : "predicted_wrong")),
                        right ? Style::good : Style::bad},
                       {" "},
                       {std::string(say(kNames[static_cast<int>(came)])) + "."}},
                      look.width, 1));
  out.emplace_back();
  append(out, exchange_lines(look, played, step));
  out.emplace_back();
  if (stage_.move) {
    append(out, labelled(look, say("label_stopped"), stage_.move->stopped_by, values));
    return out;
  }
  const lesson::Experiment& one = *stage_.experiment;
  append(out, labelled(look, say("label_naive"), one.naive, values, Style::bad));
  append(out, labelled(look, "grantd", one.grantd, values, Style::good));
  append(out, labelled(look, say("label_honest"), one.honest, values));
  append(out, labelled(look, say("label_repair"), one.repair, values, Style::accent));
  append(out, labelled(look, say("label_cites"),
                       cites_text(one.cites) + (one.rule.empty() ? "" : ": " + one.rule), values,
                       Style::soft));
  return out;
}

}  // namespace grantd::app
