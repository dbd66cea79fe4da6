// What is seen: exercises, the challenge, panels (learn_session.h).
#include <fmt/format.h>

#include <algorithm>

#include "apps/grantd/learn_session.h"
#include "grantd/base/time.h"

namespace grantd::app {
namespace {

std::string stars(int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += "*";
  return out;
}

std::string date_of(Time now) {
  return to_rfc3339(now).substr(0, 10);
}

}  // namespace

Lines Session::exercises(const Look& look) const {
  Lines out = wrapped({{std::string(say("exercises_title")), Style::strong}}, look.width, 1);
  out.emplace_back();
  const auto all = exercises_here();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto solved = progress_.exercises.find(all[i]->id);
    const std::string_view done = solved == progress_.exercises.end() ? ""
                                  : solved->second                    ? say("done_solved")
                                                                      : say("done_tried");
    out.push_back(
        pick_line(i, std::to_string(i + 1),
                  fmt::format("{} {:<4} {}", all[i]->id, stars(all[i]->stars), all[i]->question),
                  std::string(done), look.width));
  }
  return out;
}

Lines Session::exercise(const Look& look) const {
  using enum lesson::Exercise::Kind;
  const lesson::Exercise& one = *try_.exercise;
  Lines out = wrapped({{one.id + " " + stars(one.stars), Style::accent}}, look.width, 1);
  append(out, text_lines(look, "**" + one.question + "**"));
  if (!one.code.empty()) append(out, text_lines(look, "```\n" + one.code + "\n```"));
  out.emplace_back();
  for (std::size_t i = 0; i < try_.order.size(); ++i) {
    const lesson::Choice& option = one.options[try_.order[i]];
    const bool chosen = try_.chosen == i && try_.verdict;
    Line text{{fmt::format("{} ", i + 1), Style::accent}};
    for (const Bit& bit : line_of(lesson::spans_of(option.text, *book_))) text.push_back(bit);
    Lines lines = wrapped(text, look.width, 3, 2);
    lines.front().front() = {chosen ? " > " : "   ", Style::accent};
    append(out, std::move(lines));
  }
  if (one.kind == free || one.kind == order) {
    out.push_back({{" " + std::string(say(one.kind == order ? "type_order" : "type_answer")) + " ",
                    Style::soft},
                   {tame(try_.typed), Style::strong},
                   {try_.verdict ? "" : "_", Style::accent}});
  }
  if (!try_.verdict) return out;
  out.emplace_back();
  const bool right = try_.verdict->right;
  out.push_back(
      {{" " + std::string(say(right ? "right" : "wrong")), right ? Style::good : Style::bad}});
  append(out, text_lines(look, try_.verdict->feedback));
  if (right) append(out, text_lines(look, one.follow));
  if (!try_.played || !try_.played->judged_exchange()) return out;
  out.emplace_back();
  out.push_back({{" " + std::string(say("what_came")), Style::soft}});
  append(out, answer_lines(look, *try_.played->judged_exchange(), nullptr));
  append(out, finding_lines(look, *try_.played));
  return out;
}

Lines Session::challenge(const Look& look) const {
  const lesson::Pairs values = room_ ? room_->values() : lesson::Pairs();
  const lesson::Challenge& all = book_->challenge;
  Lines out = text_lines(look, all.intro, values);
  out.emplace_back();
  for (const auto& [thing, text] : all.things) {
    append(out, text_lines(look, "- **" + thing + "** " + text, values));
  }
  out.emplace_back();
  append(out, text_lines(look, all.task, values));
  out.emplace_back();
  for (std::size_t i = 0; i < all.moves.size(); ++i) {
    const auto made = progress_.moves.find(all.moves[i].number);
    const std::string_view done = made == progress_.moves.end() ? ""
                                  : made->second                ? say("done_foreseen")
                                                                : say("done_played");
    out.push_back(pick_line(i, std::to_string(all.moves[i].number), all.moves[i].title,
                            std::string(done), look.width));
  }
  const auto right = std::ranges::count_if(progress_.moves, [](const auto& m) { return m.second; });
  out.emplace_back();
  out.push_back(
      {{" " + fmt::format(fmt::runtime(say("score")), right, all.moves.size()), Style::strong}});
  return out;
}

Lines Session::end(const Look& look) const {
  Lines out = text_lines(look, book_->challenge.epilogue);
  out.emplace_back();
  const auto count = [](const auto& answers) {
    return std::to_string(std::ranges::count_if(answers, [](const auto& a) { return a.second; }));
  };
  const lesson::Pairs values = {{"steps", std::to_string(progress_.steps.size())},
                                {"experiments", std::to_string(progress_.experiments.size())},
                                {"exercises", count(progress_.exercises)},
                                {"moves", count(progress_.moves)},
                                {"date", date_of(system_now())}};
  append(out, text_lines(look, "**" + book_->challenge.certificate + "**", values));
  return out;
}

Lines Session::panel(const Look& look) const {
  const lesson::Step* const step = present_step();
  const lesson::Played* const played = present_played();
  const lesson::Pairs values = played ? played->values : room_ ? room_->values() : lesson::Pairs();
  const auto titled = [&](std::string_view title, Lines lines) {
    Lines out{{{" " + std::string(say(title)), Style::strong}}, {}};
    append(out, std::move(lines));
    return out;
  };
  switch (panel_) {
    case Panel::closer:
      return titled("panel_closer", closer_lines(look, *step, values));
    case Panel::inside:
      return titled("panel_inside", inside_lines(look, *step));
    case Panel::parts:
      return titled("panel_parts", parts_lines(look, *step, values));
    case Panel::sees: {
      Lines lines = sees_lines(look, *step);
      lines.emplace_back();
      append(lines, text_lines(look, step->sees_text, values));
      return titled("panel_sees", std::move(lines));
    }
    case Panel::keys:
      return titled("panel_keys", text_lines(look, say("all_keys")));
    case Panel::words:
      return titled("words_title", words(look));
    case Panel::time:
      return titled("panel_time", text_lines(look, say("time_choices")));
    case Panel::said:
    case Panel::none:
      break;
  }
  return text_lines(look, said_, values);
}

}  // namespace grantd::app
