// What the addresses of the page /learn name, and what their forms do.
#pragma once

#include <random>

#include "apps/lesson/learner.h"
#include "grantd/oauth/form.h"

namespace grantd::lesson {

struct Where {
  enum class Kind { contents, words, step, experiment, exercise, challenge, move, program };
  Kind kind = Kind::contents;
  std::string path;  // with the variant: "/learn/step-8/break-6?play=2"
  const Step* step = nullptr;
  const Experiment* experiment = nullptr;
  std::size_t play = 0;
  const Exercise* exercise = nullptr;
  const ChallengeMove* move = nullptr;
};

// Nothing where there is no such place.
std::optional<Where> place_at(const Book& book, std::string_view path, std::string_view query);

// Does what the form says ("do": send, wait-code, wait-token, s256, predict, repair, again,
// answer); what makes no sense there is ignored. Waits. Gives where the answer stands:
// "#answer". `learner.player` is there where the place plays.
std::string_view act(const Where& where, const oauth::Form& form, Learner& learner,
                     const Book& book);

// Makes ready what will be shown: what would be sent, the order of options. Waits. For a step the
// request that would be sent, where it was not sent yet.
std::optional<Exchange> make_ready(const Where& where, Learner& learner,
                                   std::mt19937& chance);

// Whether the place needs a room.
bool plays(const Where& where);

}  // namespace grantd::lesson
