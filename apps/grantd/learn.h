// grantd learn: the authorization code flow as a lesson, in the terminal (apps/lesson plays it).
#pragma once

#include "apps/grantd/command.h"
#include "apps/lesson/player.h"

namespace grantd::app {

std::vector<Command> learn_commands();

// The page that `grantd dev` has at /learn, alone: on a free loopback port, until Ctrl-C.
Outcome<> learn_in_browser();
// The lesson as text, one step after another; one step; one experiment (exit code 1 where the
// answer is not as expected).
Outcome<> learn_plainly(const lesson::Book& book, lesson::Room& room, int step, int experiment);
// Plays everything. --json: one document.
Outcome<> learn_all(const lesson::Book& book, lesson::Room& room, bool json);
// Steps and experiments by name.
void list_lesson(const lesson::Book& book, bool json);
// The ten mistakes of real applications, and what plays each.
void list_mistakes(const lesson::Book& book, bool json);
// The glossary; one word of it, where `wanted` is not empty (wrong use where there is no such).
Outcome<> list_words(const lesson::Book& book, const std::string& wanted, bool json);
// The program of the lesson alone, as it runs.
void print_program(const lesson::Book& book);

}  // namespace grantd::app
