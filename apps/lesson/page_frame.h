// The document around a sheet of the page /learn.
#pragma once

#include "apps/lesson/page_views.h"

namespace grantd::lesson {

struct Frame {
  bool leaves = true;      // there is a page at "/" to go back to
  std::string room;        // the room's issuer; empty: it is not open
  std::string path;        // of this page, for the other language
  std::vector<std::pair<std::string, std::string>> languages;  // other ones: "de", "Deutsch"
};

// A style sheet or a script without its comments (those that fill lines) and indentation: a fifth
// of its weight.
std::string lean(std::string_view text);

std::string document(const Sight& sight, const Sheet& sheet, const Frame& frame);

}  // namespace grantd::lesson
