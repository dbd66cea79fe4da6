// The parts that the page /learn is put together from: words, the drawing, a request and its
// answer. Pure: a book and a learner in, HTML out.
#pragma once

#include "apps/lesson/html.h"
#include "apps/lesson/learner.h"
#include "apps/lesson/markup.h"

namespace grantd::lesson {

// What a page is made for.
struct Sight {
  const Book& book;
  const Learner& learner;
  Pairs values = {};  // for {names} in texts: of the room, or of what was played

  std::string_view word(std::string_view name) const { return book.word(name); }
};

// ---- words (page_words.cc)
// A text of the book, block by block; on one line (its first paragraph, no <p>).
Html words(const Sight& sight, std::string_view text);
// With a capital letter, where a text begins here that follows a colon elsewhere.
std::string sentence(std::string_view text);
Html line(const Sight& sight, std::string_view text);
// A word of the interface with {} filled in, escaped.
Html filled(const Sight& sight, std::string_view name, std::string_view value);
// Where a link of the book's words leads: "step-3/break-1" → "/learn/step-3/break-1".
std::string path_of(std::string_view id);
Html citations(const Sight& sight, const std::vector<Citation>& cites);
// "✓ repaired", for eyes and ears; empty where nothing was done.
Html mark(const Sight& sight, std::string_view id);
// A link to a step, experiment, exercise or move, with its mark. `anchor`: it carries the id.
Html place(const Sight& sight, std::string_view id, std::string_view title, bool anchor);
std::string stars(int count);
// What opens at a click.
// grantd's mark, of two halves that fit.
Html mark_svg();
Html fold(std::string_view id, std::string_view title, const Html& inside);

// ---- a request and its answer (page_wire.cc)
// The request, before it is sent (`played`: null) or after.
Html request_card(const Sight& sight, const Exchange& exchange, const Step* step,
                  const Played* played);
// Both, and what lies between.
Html exchange_card(const Sight& sight, const Played& played, const Step* step);
// Only the answer that counts.
Html answer_card(const Sight& sight, const Played& played, const Step* step);
// What the owner of the room may be told: rule, expected, found; what is alive afterwards.
Html told(const Sight& sight, const Played& played);
// The five steps of the server's walk, folded; empty where another party answered.
Html server_walk(const Sight& sight, const Exchange& exchange);
// The request as a line for a shell, folded.
Html by_hand(const Sight& sight, const Exchange& exchange);
// One sentence for a live region: status, error, what is alive afterwards.
std::string said(const Sight& sight, const Played& played);

// ---- the drawing (page_map.cc)
// The twelve exchanges between four parties. `played`: the one of the present step, where it is
// other than the learner's own (an experiment's).
// `holds`: stands below it.
Html map(const Sight& sight, int present, const Played* played, const Html& holds = {});
// Who holds what after the step.
Html holdings(const Sight& sight, int step);
// The drawing of the idea: nine messages.
Html idea_drawing(const Sight& sight);

}  // namespace grantd::lesson
