// Tokens in words: what a claim means, when that is, how long from now.
#pragma once

#include <string>
#include <string_view>

#include "grantd/base/json.h"
#include "grantd/base/time.h"

namespace grantd::app {

// "in 14 minutes", "3 days ago", "just now".
std::string from_now(Time at, Time now);

// A line a claim: name, value, what it means. Controls of other people's text are made printable.
// `of_id_token`: for whom aud is.
std::string claims_in_words(const Json& claims, bool of_id_token, Time now);

}  // namespace grantd::app
