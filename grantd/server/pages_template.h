// A template, read and checked: literal pieces and tags in turn. What escaping cannot make safe is
// refused here, before any page is shown.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/result.h"
#include "grantd/server/pages_text.h"

namespace grantd::server {

struct TemplatePiece {
  enum class What {
    literal,
    insertion,    // {{name}}
    words,        // {{t.key}}: a text of the page's language
    section,      // {{#name}}
    inverted,     // {{^name}}
    section_end,  // {{/name}}
  } what = What::literal;
  std::string text;     // literal: as it is; else the name, without "t."
  bool in_tag = false;  // in an attribute's value or <title>: words carry no markup there
  int line = 0;
};

// A file below web/ (or what the operator has put in its place): its text, or nothing.
using ReadFile = std::function<std::optional<std::string>(std::string_view path)>;

// Reads "templates/layout.mustache" for a page, with its parts ({{>page}} is the page's own file)
// in place, and checks every name against pages_names.h and every {{t.key}} against `texts`.
// The error: "templates/login.mustache:12: what is wrong; what to do".
Result<std::vector<TemplatePiece>, std::string> read_page(std::string_view page,
                                                          const ReadFile& read, const Texts& texts);

// The page in one language, as mustache: words in place, {names} in them as insertions.
std::string mustache_of(const std::vector<TemplatePiece>& pieces, std::string_view page,
                        const Texts& texts);

}  // namespace grantd::server
