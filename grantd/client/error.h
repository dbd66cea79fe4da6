// What went wrong, as a value: for the program that must decide, and for the person who must act.
#pragma once

#include <string>
#include <string_view>

#include "grantd/base/result.h"

namespace grantd::client {

enum class FlowProblem {
  settings,     // ours: the app is set up wrongly; nothing was sent
  foreign,      // no answer to what was asked: an attack, or another tab's. Drop it.
  malformed,    // the server's answer breaks the protocol
  refused,      // the server said an error: see code
  unavailable,  // the server cannot answer now; asking again later makes sense
  abandoned,    // nobody answered in time, or the program was asked to stop
  signed_out,   // there is no login, or it ended: run the flow again
};

// Every text is one printable line without credentials (CL-06).
struct FlowError {
  FlowProblem problem = FlowProblem::malformed;
  std::string code;         // refused: the server's `error`, e.g. access_denied; else empty
  std::string description;  // refused: the server's error_description
  std::string expected;
  std::string found;
  std::string remedy;           // what to do next
  bool unknown_key = false;     // a signature by a key that is not in the set: fetch the set anew
  std::string message() const;  // all of it in one line
};

}  // namespace grantd::client
