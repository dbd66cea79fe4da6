// What a learner has seen and done, in the user's state directory: ids, answers, the language. No
// code, token or secret is ever in it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "apps/grantd/command.h"

namespace grantd::app {

struct Progress {
  std::string language;
  std::set<std::string> steps;        // seen
  std::set<std::string> experiments;  // played
  std::set<std::string> repaired;     // put right again
  std::map<std::string, bool> exercises;  // by id: solved
  std::map<int, bool> moves;              // of the challenge: predicted right
};

// learn.json in $XDG_STATE_HOME/grantd, else ~/.local/state/grantd; empty where there is no home.
std::string progress_file();
struct ProgressRead {
  Progress progress;
  std::string said;  // one line for the person: what was wrong with the file, where it was put
};
// What is damaged or of a newer version is kept aside, and it begins anew.
ProgressRead read_progress(const std::string& file);
// Mode 0600, by rename. The failure is one line.
Outcome<> write_progress(const std::string& file, const Progress& progress);

}  // namespace grantd::app
