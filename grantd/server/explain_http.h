// GET /explain/REQUEST_ID and GET /explain?last=N[&refused] of the management listener: walks as
// JSON, for operators on the same computer. The public listener has no such thing.
#pragma once

#include "grantd/http/message.h"
#include "grantd/server/walk_book.h"

namespace grantd::server {

inline constexpr std::string_view kExplainPath = "/explain";
inline constexpr std::size_t kWalksMax = 1000;  // that one answer lists

// Whether it was asked from this computer, and by its own name: another site's page in a browser
// here has another Host (DNS rebinding).
bool from_this_computer(const http::Request& request);

// 200 with a walk or an array of them; 403 where it was asked from elsewhere; 404 where the number
// is not, or no longer, known; 400, 405. An error has "error" in words.
http::Reply explain_reply(const http::Request& request, const WalkBook& walks);

}  // namespace grantd::server
