// The lesson's words and exchanges as lines of text, for the terminal and for plain output.
#pragma once

#include <optional>

#include "apps/grantd/learn_lines.h"
#include "apps/lesson/markup.h"
#include "apps/lesson/player.h"

namespace grantd::app {

// What lines are made for.
struct Look {
  const lesson::Book& book;
  std::size_t width = 80;
  bool in_full = false;  // values whole, secrets shown
};

Line line_of(const lesson::Spans& spans, Style base = Style::plain);
// A text of the lesson, its blocks one under the other.
Lines text_lines(const Look& look, std::string_view text, const lesson::Pairs& values = {},
                 std::size_t indent = 1);
// "name: text", the text in lines of its own indent.
Lines labelled(const Look& look, std::string_view label, std::string_view text,
               const lesson::Pairs& values = {}, Style style = Style::strong);

// The request: a line a parameter, the changed ones marked; notes of the step beside them.
Lines request_lines(const Look& look, const lesson::Exchange& exchange, const lesson::Step* step,
                    const lesson::Played* played);
// The answer, what the server says of it, what is alive afterwards.
Lines answer_lines(const Look& look, const lesson::Exchange& exchange, const lesson::Step* step);
Lines why_lines(const Look& look, const lesson::Played& played, const lesson::Exchange& exchange);
Lines finding_lines(const Look& look, const lesson::Played& played);
// All of it, side by side where there is room.
Lines exchange_lines(const Look& look, const lesson::Played& played, const lesson::Step* step);

Lines sees_lines(const Look& look, const lesson::Step& step);
Lines parts_lines(const Look& look, const lesson::Step& step, const lesson::Pairs& values);
Lines inside_lines(const Look& look, const lesson::Step& step);
Lines closer_lines(const Look& look, const lesson::Step& step, const lesson::Pairs& values);
std::string cites_text(const std::vector<lesson::Citation>& cites);

}  // namespace grantd::app
