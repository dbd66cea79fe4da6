#include "grantd/server/pages_names.h"

namespace grantd::server {
namespace {

struct Row {
  std::string_view page;  // "layout": on every page
  std::string_view name;
  NameKind kind;
};

constexpr auto kText = NameKind::text;
constexpr auto kName = NameKind::name;
constexpr auto kUrl = NameKind::url;
constexpr auto kFlag = NameKind::flag;
constexpr auto kList = NameKind::list;

constexpr Row kRows[] = {
    {"layout", "lang", kText},
    {"layout", "dir", kText},
    {"layout", "title", kText},
    {"layout", "site", kText},       // whose page it is
    {"layout", "brand_css", kFlag},  // the operator has set an accent
    {"layout", "icon_uri", kUrl},
    {"layout", "logo_uri", kUrl},  // the operator's logo
    {"layout", "mark", kFlag},     // grantd's mark, where there is no logo
    {"layout", "printer", kFlag},  // the demo app's mark
    {"layout", "wide", kFlag},
    {"layout", "foot", kText},
    {"layout", "help_uri", kUrl},
    {"layout", "privacy_uri", kUrl},
    {"layout", "switch_uri", kUrl},  // this page in another language
    {"layout", "switch_lang", kText},
    {"layout", "switch_name", kText},
    {"layout", "form", kText},  // the sealed form
    {"layout", "request_id", kText},

    {"login", "has_app", kFlag},
    {"login", "app", kName},
    {"login", "app_letter", kText},
    {"login", "app_host", kText},
    {"login", "on_this_computer", kFlag},
    {"login", "on_this_device", kFlag},
    {"login", "not_verified", kFlag},
    {"login", "wrong", kFlag},
    {"login", "notice", kFlag},
    {"login", "notice_heading", kText},
    {"login", "notice_text", kText},
    {"login", "login", kText},  // what was typed
    {"login", "focus_user", kFlag},
    {"login", "focus_password", kFlag},

    {"consent", "app", kName},
    {"consent", "app_letter", kText},
    {"consent", "app_host", kText},
    {"consent", "on_this_computer", kFlag},
    {"consent", "on_this_device", kFlag},
    {"consent", "not_verified", kFlag},
    {"consent", "has_links", kFlag},  // one that registered itself says more of itself
    {"consent", "policy_uri", kUrl},
    {"consent", "tos_uri", kUrl},
    {"consent", "asks_for_more", kFlag},  // one of the three
    {"consent", "asks_identity", kFlag},  // who the person is, and nothing else
    {"consent", "asks_access", kFlag},
    {"consent", "groups", kList},
    {"consent", "group_title", kText},
    {"consent", "items", kList},
    {"consent", "item_title", kText},
    {"consent", "item_detail", kText},
    {"consent", "item_before", kFlag},
    {"consent", "item_new", kFlag},
    {"consent", "place_scheme", kText},
    {"consent", "place_host", kText},
    {"consent", "place_path", kText},
    {"consent", "offline", kFlag},
    {"consent", "person_name", kName},
    {"consent", "person_login", kName},

    {"form_post", "app", kName},
    {"form_post", "app_letter", kText},
    {"form_post", "app_host", kText},
    {"form_post", "on_this_computer", kFlag},
    {"form_post", "on_this_device", kFlag},
    {"form_post", "not_verified", kFlag},
    {"form_post", "action_uri", kUrl},
    {"form_post", "fields", kList},
    {"form_post", "field_name", kText},
    {"form_post", "field_value", kText},

    {"logout", "person_name", kName},
    {"logout", "person_login", kName},

    {"account", "problem_heading", kText},
    {"account", "notice_heading", kText},
    {"account", "notice_text", kText},
    {"account", "person_name", kName},
    {"account", "person_login", kName},
    {"account", "person_email", kName},
    {"account", "sign_ins", kList},
    {"account", "here", kFlag},
    {"account", "by_password", kFlag},
    {"account", "since", kText},
    {"account", "used", kText},
    {"account", "may_sign_out", kFlag},
    {"account", "session", kText},
    {"account", "has_apps", kFlag},
    {"account", "apps", kList},
    {"account", "app", kName},
    {"account", "app_host", kText},
    {"account", "on_this_computer", kFlag},
    {"account", "on_this_device", kFlag},
    {"account", "verified", kFlag},
    {"account", "not_verified", kFlag},
    {"account", "groups", kList},
    {"account", "group_title", kText},
    {"account", "items", kList},
    {"account", "item_title", kText},
    {"account", "item_detail", kText},
    {"account", "item_scope", kText},
    {"account", "can_narrow", kFlag},
    {"account", "seen", kText},
    {"account", "client_id", kText},
    {"account", "has_password", kFlag},
    {"account", "bad_present", kFlag},
    {"account", "bad_new", kFlag},

    {"signed_out", "everywhere", kFlag},
    {"signed_out", "frames", kList},
    {"signed_out", "frame_uri", kUrl},
    {"signed_out", "next_uri", kUrl},
    {"signed_out", "app", kName},
    {"signed_out", "app_letter", kText},
    {"signed_out", "app_host", kText},
    {"signed_out", "on_this_computer", kFlag},
    {"signed_out", "on_this_device", kFlag},
    {"signed_out", "not_verified", kFlag},

    {"problem", "heading", kText},
    {"problem", "text", kText},
    {"problem", "to_do", kText},
    {"problem", "number_text", kText},

    {"developer", "heading", kList},
    {"developer", "piece", kText},
    {"developer", "is_code", kFlag},
    {"developer", "reason", kText},
    {"developer", "differs", kFlag},  // both sides are known
    {"developer", "same", kText},     // what both begin with
    {"developer", "expected_mark", kText},
    {"developer", "expected_rest", kText},
    {"developer", "found_mark", kText},
    {"developer", "found_rest", kText},
    {"developer", "position", kText},
    {"developer", "expected_char", kText},
    {"developer", "found_char", kText},
    {"developer", "one_sided", kFlag},
    {"developer", "expected", kText},
    {"developer", "found", kText},
    {"developer", "has_repair", kFlag},
    {"developer", "repair", kList},
    {"developer", "command", kText},
    {"developer", "no_redirect", kFlag},
    {"developer", "citation", kText},
    {"developer", "rule", kText},
    {"developer", "has_earlier", kFlag},
    {"developer", "earlier", kList},
    {"developer", "earlier_text", kText},
    {"developer", "earlier_citation", kText},
    {"developer", "words", kText},    // a step that is no command
    {"developer", "has_walk", kFlag},

    {"walk", "summary", kText},
    {"walk", "when", kText},
    {"walk", "config", kText},
    {"walk", "reason", kText},
    {"walk", "differs", kFlag},
    {"walk", "same", kText},
    {"walk", "expected_mark", kText},
    {"walk", "expected_rest", kText},
    {"walk", "found_mark", kText},
    {"walk", "found_rest", kText},
    {"walk", "position", kText},
    {"walk", "expected_char", kText},
    {"walk", "found_char", kText},
    {"walk", "one_sided", kFlag},
    {"walk", "expected", kText},
    {"walk", "found", kText},
    {"walk", "has_repair", kFlag},
    {"walk", "repair", kList},
    {"walk", "command", kText},
    {"walk", "words", kText},
    {"walk", "citation", kText},
    {"walk", "rule", kText},

    {"walks", "refused_only", kFlag},
    {"walks", "has_walks", kFlag},
    {"walks", "walks", kList},
    {"walks", "bad", kFlag},
    {"walks", "walk_uri", kUrl},
    {"walks", "number", kText},
    {"walks", "when", kText},
    {"walks", "what", kText},
    {"walks", "status", kText},
    {"walks", "client", kText},
    {"walks", "why", kText},

    {"overview", "start_uri", kUrl},
    {"overview", "issuer", kText},
    {"overview", "metadata_uri", kUrl},
    {"overview", "account_uri", kUrl},
    {"overview", "lesson_uri", kUrl},
    {"overview", "requests_uri", kUrl},
    {"overview", "app_uri", kUrl},
    {"overview", "app_at", kText},
    {"overview", "api_at", kText},
    {"overview", "data_directory", kText},
    {"overview", "has_people", kFlag},
    {"overview", "people", kList},
    {"overview", "user", kText},
    {"overview", "password", kText},
    {"overview", "full_name", kName},
    {"overview", "has_apps", kFlag},
    {"overview", "apps", kList},
    {"overview", "client_id", kText},
    {"overview", "proves_with", kText},
    {"overview", "redirect_uri", kText},
    {"overview", "secrets", kList},
    {"overview", "secret_client", kText},
    {"overview", "secret_file", kText},
    {"overview", "has_steps", kFlag},
    {"overview", "steps", kList},
    {"overview", "step", kText},
    {"overview", "command", kText},

    {"demo_home", "app", kName},
    {"demo_home", "server", kName},
    {"demo_home", "start_uri", kUrl},
    {"demo_home", "lesson_uri", kUrl},

    {"demo_signed_in", "app", kName},
    {"demo_signed_in", "server", kName},
    {"demo_signed_in", "start_uri", kUrl},
    {"demo_signed_in", "account_uri", kUrl},
    {"demo_signed_in", "logout_uri", kUrl},
    {"demo_signed_in", "has_notes", kFlag},
    {"demo_signed_in", "notes", kList},
    {"demo_signed_in", "note", kText},
    {"demo_signed_in", "api_request", kText},
    {"demo_signed_in", "person", kText},
    {"demo_signed_in", "has_claims", kFlag},
    {"demo_signed_in", "claims", kList},
    {"demo_signed_in", "claim", kText},
    {"demo_signed_in", "value", kText},
    {"demo_signed_in", "moment", kText},
    {"demo_signed_in", "meaning", kText},

    {"demo_failed", "heading", kText},
    {"demo_failed", "text", kText},
    {"demo_failed", "start_uri", kUrl},
    {"demo_failed", "error", kText},
    {"demo_failed", "error_description", kText},
};

// The steps and what was sent, which the pages share that show a walk (walk_parts.mustache).
constexpr Row kWalkRows[] = {
    {"", "steps", kList},
    {"", "step_bad", kFlag},
    {"", "step_name", kText},
    {"", "step_state", kText},
    {"", "step_took", kText},
    {"", "has_lines", kFlag},
    {"", "lines", kList},
    {"", "line", kText},
    {"", "has_sent", kFlag},
    {"", "sent", kList},
    {"", "sent_place", kText},
    {"", "sent_name", kText},
    {"", "sent_shown", kFlag},
    {"", "sent_value", kText},
};

bool shows_walk(std::string_view page) { return page == "walk" || page == "developer"; }

}  // namespace

std::optional<NameKind> kind_of(std::string_view page, std::string_view name) {
  for (const Row& row : kRows) {
    if (row.name == name && (row.page == page || row.page == "layout")) return row.kind;
  }
  if (!shows_walk(page)) return std::nullopt;
  for (const Row& row : kWalkRows) {
    if (row.name == name) return row.kind;
  }
  return std::nullopt;
}

std::vector<std::string_view> names_of(std::string_view page) {
  std::vector<std::string_view> names;
  for (const Row& row : kRows) {
    if (row.page == page || row.page == "layout") names.push_back(row.name);
  }
  if (shows_walk(page)) {
    for (const Row& row : kWalkRows) names.push_back(row.name);
  }
  return names;
}

const std::vector<std::string_view>& page_names() {
  static const std::vector<std::string_view> pages = {
      "login",     "consent",  "form_post", "logout",         "signed_out",  "account",
      "problem",
      "developer", "walk",     "walks",     "overview",       "demo_home",
      "demo_signed_in",        "demo_failed",
  };
  return pages;
}

}  // namespace grantd::server
