#include <charconv>

#include "grantd/base/time.h"
#include "grantd/server/pages_data.h"

namespace grantd::server {
namespace {

constexpr std::size_t kShownMax = 500;

std::string server_name(const DemoPage& page, const Setting& setting) {
  return page.issuer_name.empty() ? setting.brand.name : page.issuer_name;
}

// What a claim of an access token means, in a sentence (RFC 9068 §2.2, RFC 7519 §4.1).
std::string claim_meaning(const std::string& claim, const std::string& server, const Texts& texts) {
  const std::string key = "demo.claim_" + claim;
  if (claim != "other" && texts.find(key) != nullptr) return texts.get(key);
  return texts.format("demo.claim_other", {{"server", server}});
}

// A NumericDate (RFC 7519 §2) as people read it; empty for other claims.
std::string claim_moment(const std::string& claim, const std::string& value) {
  if (claim != "exp" && claim != "iat" && claim != "nbf" && claim != "auth_time") return {};
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
  constexpr std::int64_t kYear3000 = 32'503'680'000;
  if (error != std::errc() || end != value.data() + value.size()) return {};
  if (seconds < 0 || seconds > kYear3000) return {};
  return to_rfc3339(from_seconds(seconds));
}

View::Rows claim_rows(const DemoPage& page, const std::string& server, const Texts& texts) {
  View::Rows rows;
  for (const auto& [claim, value] : page.token) {
    View row;
    row.text("claim", shown_wire(claim, kShownMax)).text("value", shown_wire(value, kShownMax));
    row.text("moment", claim_moment(claim, value));
    row.text("meaning", claim_meaning(claim, server, texts));
    rows.push_back(std::move(row));
  }
  return rows;
}

Filled fill_signed_in(const DemoPage& page, const Setting& setting) {
  const std::string server = server_name(page, setting);
  Filled filled{"demo_signed_in", setting.texts.get("demo.notes_heading"), {}};
  View& view = filled.view;
  View::Rows notes;
  for (const std::string& note : page.notes) {
    notes.push_back(View().text("note", shown_wire(note, kShownMax)));
  }
  view.flag("has_notes", !notes.empty()).list("notes", std::move(notes));
  view.text("api_request", shown_wire(page.api_request, kShownMax));
  view.text("person", shown_wire(page.person, kShownMax));
  view.flag("has_claims", !page.token.empty());
  view.list("claims", claim_rows(page, server, setting.texts));
  for (const auto& [claim, value] : page.token) {
    if (claim != "iss") continue;
    view.url("account_uri", PageUrl::parse(value + "/account"));
    view.url("logout_uri", PageUrl::parse(value + "/logout"));
  }
  return filled;
}

Filled fill_failed(const DemoPage& page, const Setting& setting) {
  const Texts& texts = setting.texts;
  const bool denied = page.error == "access_denied";  // RFC 6749 §4.1.2.1
  const std::string heading = texts.get(denied ? "demo.denied_heading" : "demo.failed_heading");
  const std::string own_key = "demo.error_" + page.error;
  const std::string key = denied                           ? "demo.denied"
                          : texts.find(own_key) != nullptr ? own_key
                                                           : "demo.error_other";
  Filled filled{"demo_failed", heading, {}};
  View& view = filled.view;
  view.text("heading", heading);
  view.text("text", texts.format(key, {{"app", shown_name(page.app_name)},
                                       {"server", server_name(page, setting)}}));
  view.text("error", shown_wire(page.error, kShownMax));
  view.text("error_description", shown_wire(page.error_description, kShownMax));
  return filled;
}

}  // namespace

Filled fill(const DemoPage& page, const Setting& setting) {
  Filled filled{"demo_home", setting.texts.get("demo.home_heading"), {}};
  if (page.kind == DemoPage::Kind::signed_in) filled = fill_signed_in(page, setting);
  if (page.kind == DemoPage::Kind::failed) filled = fill_failed(page, setting);
  const std::string app = shown_name(page.app_name);
  filled.title = setting.texts.format("title.plain", {{"heading", filled.title}, {"site", app}});
  View& view = filled.view;
  view.flag("wide", true).flag("printer", true);
  view.text("site", app);
  if (filled.page == "demo_home") view.url("lesson_uri", PageUrl::parse(page.lesson_uri));
  if (filled.page != "demo_failed")
    view.name("app", app).name("server", server_name(page, setting));
  view.url("start_uri", PageUrl::parse(page.start_uri));
  return filled;
}

}  // namespace grantd::server
