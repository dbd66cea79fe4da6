// Who holds what after a step (page_parts.h).
#include "apps/lesson/page_parts.h"

namespace grantd::lesson {
namespace {

enum class Half { none, challenge, verifier };  // of the mark: what carries which

struct Held {
  int lane;               // browser, app, server, API
  std::string_view what;  // as on the wire; with '@': a word of the interface
  int from, to;           // steps after which it is held
  Half half = Half::none;
};
constexpr Held kHeld[] = {
    {0, "@page_held_request", 3, 4},
    {0, "@page_held_cookie", 4, 12},
    {0, "code", 6, 7, Half::challenge},
    {0, "@page_held_spent", 8, 12},
    {1, "client_secret", 1, 12},
    {1, "state", 2, 6},
    {1, "nonce", 2, 8},
    {1, "code_verifier", 2, 7, Half::verifier},
    {1, "code", 7, 7, Half::challenge},
    {1, "access_token", 8, 10},
    {1, "refresh_token", 8, 11},
    {1, "id_token", 8, 12},
    {1, "@page_held_new_token", 11, 11},
    {2, "@page_held_hash", 1, 12},
    {2, "@page_held_session", 4, 12},
    {2, "@page_held_consent", 5, 12},
    {2, "@page_held_grant", 8, 11},
    {2, "@page_held_revoked", 12, 12},
    {3, "@page_held_keys", 10, 12},
};
constexpr std::string_view kLanes[] = {"page_browser", "page_app", "page_server", "page_api"};

Html half_svg(Half half) {
  Html out;
  if (half == Half::challenge) {
    out << "<svg viewBox=\"0 0 10 16\" width=\"8\" height=\"12\" aria-hidden=\"true\">"
           "<path d=\"M3 1h6v6H5v8H3a2 2 0 0 1-2-2V3a2 2 0 0 1 2-2z\"/></svg>";
  }
  if (half == Half::verifier) {
    out << "<svg viewBox=\"6 0 10 16\" width=\"8\" height=\"12\" aria-hidden=\"true\">"
           "<path d=\"M13 15H7V9h4V1h2a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2z\"/></svg>";
  }
  return out;
}

Html tag(const Sight& sight, const Held& held, bool is_new) {
  Html out;
  if (is_new) {
    out << "<span class=\"tag new\">";
  } else {
    out << "<span class=\"tag\">";
  }
  out << half_svg(held.half);
  if (held.what.starts_with('@')) {
    out << shown(sight.word(held.what.substr(1)));
  } else {
    out << "<code>" << shown(held.what) << "</code>";
  }
  if (is_new) out << "<span class=\"vh\">, " << shown(sight.word("page_new")) << "</span>";
  return out << "</span>";
}

}  // namespace

Html holdings(const Sight& sight, int step) {
  Html out;
  out << "<div class=\"holds\"><h2>" << shown(sight.word("page_holds")) << "</h2><dl>";
  for (int lane = 0; lane < static_cast<int>(std::size(kLanes)); ++lane) {
    Html tags;
    for (const Held& one : kHeld) {
      if (one.lane != lane || step < one.from || step > one.to) continue;
      tags << tag(sight, one, step == one.from);
    }
    if (tags.empty()) {
      tags << "<span class=\"soft\">" << shown(sight.word("page_held_nothing")) << "</span>";
    }
    out << "<dt>" << shown(sight.word(kLanes[lane])) << "</dt><dd>" << tags << "</dd>";
  }
  return out << "</dl></div>";
}

}  // namespace grantd::lesson
