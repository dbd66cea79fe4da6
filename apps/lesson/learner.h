// What the page /learn knows of one learner: what was played, what was answered, how far she is.
// It lives in memory and goes with the process; a room of its own belongs to it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "apps/lesson/exercise.h"
#include "apps/lesson/player.h"

namespace grantd::lesson {

// A step of the walk, as it was last sent.
struct Walked {
  Played played;
  bool began_again = false;  // Mira signed in once more for it
};

// An experiment's variant, or a move of the challenge.
struct Stage {
  std::optional<Exchange> preview;  // what will be sent
  std::optional<Outcome> predicted;
  std::optional<Played> broken, repaired;
};

// An exercise. `answer`: an option's id, or what was typed; `cards`: in the order chosen.
struct Try {
  std::vector<std::size_t> order;  // of the options; drawn anew while there is no verdict
  std::string answer;
  std::vector<std::string> cards;
  std::optional<Verdict> verdict;
  std::optional<Played> played;  // live: the server's answer
};

struct Learner {
  std::string form_token;  // in every form: who has it has read this page
  std::string language = "en";
  std::map<int, Walked> steps;
  std::map<std::string, Stage> stages;  // by stage_key
  std::map<std::string, Try> tries;     // by the exercise's id
  std::string verifier;                 // typed at "S256 by hand"; empty: none
  Duration waited{};                    // the room's clock has moved since the last thing sent

  // How far she is, as the terminal keeps it in learn.json.
  std::set<std::string> seen, broken, repaired;  // steps, experiments
  std::map<std::string, bool> exercises;         // solved; tried: false
  std::map<int, bool> moves;                     // foreseen; played: false

  std::unique_ptr<Room> room;  // opened when something is played
  std::unique_ptr<Player> player;

  // What a mark says, a name of the interface's words ("page_repaired"); empty: nothing was done.
  std::string_view mark_of(std::string_view id) const;
  int count_solved() const;
  int count_foreseen() const;
};

// "step-8/break-3#2": the second variant; "move-7".
std::string stage_key(const Experiment& experiment, std::size_t play);
std::string stage_key(const ChallengeMove& move);

// Only what is shown: from the request that the play is about to the answer that counts.
Played without_the_rest(Played played);

}  // namespace grantd::lesson
