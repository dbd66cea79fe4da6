// One value of a request or an answer as HTML: whole, cut with the rest to fold out, hidden until
// asked for, or with what was changed in it marked.
#pragma once

#include "apps/lesson/page_parts.h"

namespace grantd::lesson {

// Codes and tokens: what one looks at, the rest folds out.
Html long_value(const Sight& sight, std::string_view value);
// Dots; the value folds out.
Html hidden_value(const Sight& sight, std::string_view value);
// Marked where it is other than `good`; all of it where that is empty, or little is the same.
Html changed_value(std::string_view value, std::string_view good);
// The text with the character at `differs` marked, and where the text ends there: a marked blank.
Html differing(std::string_view text, std::size_t differs);

}  // namespace grantd::lesson
