#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/server/explain_text.h"
#include "grantd/server/pages_data.h"

namespace grantd::server {
namespace {

constexpr std::size_t kReasonShownMax = 2000;

std::string shown(std::string_view text) { return shown_reason(text); }

std::string joined(const std::vector<std::string_view>& all, std::size_t from, std::size_t to) {
  std::string text;
  for (std::size_t i = from; i < to && i < all.size(); ++i) text += all[i];
  return shown(text);
}

// How a differing character is called: "a slash", "the end", “x”.
std::string character_text(const std::vector<std::string_view>& all, std::size_t at,
                           const Texts& texts) {
  if (at >= all.size()) return texts.get("developer.the_end");
  if (all[at] == "/") return texts.get("developer.a_slash");
  if (all[at] == " ") return texts.get("developer.a_blank");
  return "“" + shown(all[at]) + "”";
}

// Both one above the other: what they begin with alike, the first character that differs, the rest.
void fill_difference(const core::Reason& reason, const Texts& texts, View& view) {
  const auto expected = characters(reason.expected);
  const auto found = characters(reason.found);
  std::size_t at = 0;
  while (at < expected.size() && at < found.size() && expected[at] == found[at]) ++at;
  view.text("same", joined(expected, 0, at));
  view.text("expected_mark", joined(expected, at, at + 1));
  view.text("expected_rest", joined(expected, at + 1, expected.size()));
  view.text("found_mark", joined(found, at, at + 1));
  view.text("found_rest", joined(found, at + 1, found.size()));
  view.text("position", std::to_string(at + 1));
  view.text("expected_char", character_text(expected, at, texts));
  view.text("found_char", character_text(found, at, texts));
}

// A heading of our own with `code` in it, as rows.
View::Rows heading_rows(std::string_view text) {
  View::Rows rows;
  bool is_code = false;
  for (const std::string_view piece : split(text, '`')) {
    if (!piece.empty()) {
      rows.push_back(View().text("piece", std::string(piece)).flag("is_code", is_code));
    }
    is_code = !is_code;
  }
  return rows;
}

std::string without_marks(std::string_view text) {
  std::string plain;
  for (const std::string_view piece : split(text, '`')) plain += piece;
  return plain;
}

void fill_earlier(const std::vector<core::Reason>& reasons, View& view) {
  View::Rows earlier;
  for (std::size_t i = 0; i + 1 < reasons.size(); ++i) {
    View row;
    row.text("earlier_text", shown(reasons[i].text));
    row.text("earlier_citation", shown(reasons[i].citation));
    earlier.push_back(std::move(row));
  }
  view.flag("has_earlier", !earlier.empty());
  view.list("earlier", std::move(earlier));
}

void fill_repair(const core::Reason& reason, View& view) {
  View::Rows repair;
  for (const std::string& step : reason.repair) {
    repair.push_back(View().text(is_literal(step) ? "command" : "words", shown(step)));
  }
  view.flag("has_repair", !repair.empty());
  view.list("repair", std::move(repair));
}

}  // namespace

std::string shown_reason(std::string_view text) { return shown_wire(text, kReasonShownMax); }

std::string dev_title(const Setting& setting, std::string_view heading) {
  return setting.texts.format(
      "title.plain", {{"heading", heading}, {"site", setting.texts.get("layout.dev_site")}});
}

void fill_reason(const core::Reason& reason, const Texts& texts, View& view) {
  view.text("reason", shown(reason.text));
  // A mark helps where they are nearly alike, as two texts; sets of words are no such.
  const bool marked = !reason.expected.empty() && !reason.found.empty() &&
                      difference_of(reason.expected, reason.found).near &&
                      beyond(reason.expected, reason.found).empty();
  view.flag("differs", marked);
  view.flag("one_sided", !marked && !(reason.expected.empty() && reason.found.empty()));
  if (marked) {
    fill_difference(reason, texts, view);
  } else {
    view.text("expected", shown(reason.expected));
    view.text("found", shown(reason.found));
  }
  fill_repair(reason, view);
  view.text("citation", shown(reason.citation));
  view.text("rule", shown(reason.rule));
}

Filled fill_developer(const core::ProblemPage& page, const Setting& setting) {
  using Problem = core::ProblemPage::Problem;
  CHECK(setting.input.reasons != nullptr && !setting.input.reasons->empty());
  const Texts& texts = setting.texts;
  const core::Reason& reason = setting.input.reasons->back();
  const std::string& heading = texts.get("developer." + problem_key(page.problem) + "_heading");
  Filled filled{"developer", dev_title(setting, without_marks(heading)), {}};
  View& view = filled.view;
  view.flag("wide", true);
  view.text("site", texts.get("layout.dev_site"));
  view.text("foot", texts.get("layout.dev_foot"));
  view.list("heading", heading_rows(heading));
  fill_reason(reason, texts, view);
  view.flag("no_redirect",
            page.problem == Problem::unknown_app || page.problem == Problem::bad_return_address);
  fill_earlier(*setting.input.reasons, view);
  view.flag("has_walk", setting.input.walk != nullptr);
  if (setting.input.walk != nullptr) fill_walk(*setting.input.walk, texts, view);
  return filled;
}

namespace {

View::Rows people_rows(const DevOverview& page) {
  View::Rows rows;
  for (const DevOverview::Person& person : page.people) {
    View row;
    row.text("user", shown(person.login)).text("password", shown(person.password));
    row.name("full_name", person.name);
    rows.push_back(std::move(row));
  }
  return rows;
}

View::Rows app_rows(const DevOverview& page) {
  View::Rows rows;
  for (const DevOverview::App& app : page.apps) {
    View row;
    row.text("client_id", shown(app.client_id)).text("proves_with", shown(app.proves_with));
    row.text("redirect_uri", shown(app.redirect_uri));
    rows.push_back(std::move(row));
  }
  return rows;
}

View::Rows secret_rows(const DevOverview& page) {
  View::Rows rows;
  for (const DevOverview::App& app : page.apps) {
    if (app.secret_file.empty()) continue;
    View row;
    row.text("secret_client", shown(app.client_id)).text("secret_file", shown(app.secret_file));
    rows.push_back(std::move(row));
  }
  return rows;
}

View::Rows step_rows(const DevOverview& page) {
  View::Rows rows;
  for (const auto& [what, command] : page.by_hand) {
    // A command keeps its line breaks: it is ours, and copied as it stands.
    rows.push_back(View().text("step", shown(what)).text("command", command));
  }
  return rows;
}

}  // namespace

Filled fill(const DevOverview& page, const Setting& setting) {
  const Texts& texts = setting.texts;
  Filled filled{"overview", dev_title(setting, texts.get("overview.heading")), {}};
  View& view = filled.view;
  view.flag("wide", true);
  view.text("site", texts.get("layout.dev_site"));
  view.text("foot", texts.format("overview.foot", {{"version", page.version}}));
  view.url("start_uri", PageUrl::parse(page.start_uri));
  view.text("issuer", shown(page.issuer));
  // RFC 8414 §3: an issuer without a path has its metadata here.
  view.url("metadata_uri", PageUrl::parse(page.issuer + "/.well-known/oauth-authorization-server"));
  view.url("account_uri", PageUrl::parse(page.issuer + "/account"));
  view.url("lesson_uri", PageUrl::parse(page.lesson_uri));
  view.url("requests_uri", PageUrl::parse(page.issuer + "/requests"));
  view.url("app_uri", PageUrl::parse(page.app_uri));
  view.text("app_at", shown(page.app_uri));
  view.text("api_at", shown(page.api_uri));
  view.text("data_directory", shown(page.data_directory));
  view.flag("has_people", !page.people.empty()).list("people", people_rows(page));
  view.flag("has_apps", !page.apps.empty()).list("apps", app_rows(page));
  view.list("secrets", secret_rows(page));
  view.flag("has_steps", !page.by_hand.empty()).list("steps", step_rows(page));
  return filled;
}

}  // namespace grantd::server
