#include "grantd/server/pages_data.h"

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"

namespace grantd::server {
namespace {

constexpr std::size_t kPathShownMax = 120;
constexpr std::size_t kHostShownMax = 300;  // RFC 1035 §2.3.4 allows 253, and a port

// In a title there is no <bdi>: the characters of Unicode Standard Annex #9 §2.7 do the same.
std::string isolated(std::string_view name) {
  return "\u2068" + shown_name(name) + "\u2069";
}

std::string place_host(const core::ReturnPlace& place) {
  return shown_wire(place.host_port, kHostShownMax);
}

std::string app_name(const core::AppOnPage& app, const Texts& texts) {
  std::string name = shown_name(app.name);
  if (name.empty()) name = shown_name(app.place.host_port);
  return name.empty() ? texts.get("app.unnamed") : name;
}

// The stub: who asks.
void fill_app(const core::AppOnPage& app, const Texts& texts, View& view) {
  const bool has_host = !app.place.host_port.empty();
  const std::string name = app_name(app, texts);
  view.name("app", name);
  view.text("app_letter", first_letter(name));
  if (!app.place.on_this_computer) view.text("app_host", place_host(app.place));
  view.flag("on_this_computer", app.place.on_this_computer && has_host);
  view.flag("on_this_device", !has_host);
}

std::string title_of(const Setting& setting, std::string_view heading) {
  return setting.texts.format("title.plain", {{"heading", heading}, {"site", setting.brand.name}});
}

void fill_notice(const core::LoginPage& page, const Texts& texts, View& view) {
  using Notice = core::LoginPage::Notice;
  view.flag("wrong", page.notice == Notice::wrong);
  view.flag("notice", page.notice != Notice::wrong && page.notice != Notice::none);
  if (page.notice == Notice::fresh_form) {
    view.text("notice_heading", texts.get("login.fresh_heading"));
    view.text("notice_text", texts.get("login.fresh"));
    return;
  }
  if (page.notice != Notice::throttled && page.notice != Notice::overloaded) return;
  const std::string key = page.notice == Notice::throttled ? "login.throttled" : "login.overloaded";
  view.text("notice_heading",
            texts.format(key + "_heading", {{"wait", wait_text(page.wait, texts)}}));
  view.text("notice_text", texts.get(key));
}

View consent_row(const core::ScopeText& words, bool before, bool asks_for_more) {
  View row;
  row.text("item_title", words.title);
  row.text("item_detail", words.detail);
  row.flag("item_before", asks_for_more && before);
  row.flag("item_new", asks_for_more && !before);
  return row;
}

// Of openid alone, without a fact about the person, the row says how little that is.
View identity_group(const core::ConsentPage& page, const Setting& setting) {
  const Texts& texts = setting.texts;
  const bool alone = page.identity.size() == 1 && page.apis.empty() && !page.offline;
  View::Rows items;
  for (const core::IdentityItem& item : page.identity) {
    core::ScopeText words = words_of_own(item.scope, texts);
    if (item.scope == "openid" && alone) words.detail = texts.get("consent.openid_alone");
    items.push_back(consent_row(words, item.before, page.asks_for_more));
  }
  View group;
  group.text("group_title", texts.get("scope.about_you"));
  group.list("items", std::move(items));
  return group;
}

View::Rows consent_groups(const core::ConsentPage& page, const Setting& setting) {
  View::Rows groups;
  if (!page.identity.empty()) groups.push_back(identity_group(page, setting));
  for (const core::ConsentPage::Api& api : page.apis) {
    View::Rows items;
    for (const core::ConsentItem& item : api.items) {
      CHECK(item.scope != nullptr);
      items.push_back(consent_row(words_of(*item.scope, setting), item.before, page.asks_for_more));
    }
    View group;
    group.text("group_title", api_name(api.name, setting)).list("items", std::move(items));
    groups.push_back(std::move(group));
  }
  if (page.offline) {
    View group;
    group.text("group_title", setting.texts.get("scope.away"));
    group.list("items", {consent_row(words_of_own(oauth::kOfflineAccess, setting.texts),
                                     page.offline_before, page.asks_for_more)});
    groups.push_back(std::move(group));
  }
  return groups;
}

template <class Page>
void fill_person(const Page& page, View& view) {
  view.name("person_name", page.person_name);
  view.name("person_login", page.person_login);
}

}  // namespace

core::ScopeText words_of(const core::ResourceScope& scope, const Setting& setting) {
  for (const std::string& language : {setting.texts.language(), setting.english.language()}) {
    const auto it = scope.texts.find(language);
    if (it != scope.texts.end() && !it->second.title.empty()) return it->second;
  }
  return {scope.name, {}};
}

core::ScopeText words_of_own(std::string_view scope, const Texts& texts) {
  const std::string key = "scope." + std::string(scope);
  const std::string* detail = texts.find(key + "_detail");
  return {texts.get(key), detail ? *detail : std::string()};
}

std::string api_name(std::string_view name, const Setting& setting) {
  std::string shown = shown_name(name);
  return shown.empty() ? setting.brand.name : shown;
}

std::string wait_text(Duration wait, const Texts& texts) {
  const auto seconds =
      std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(wait).count(), 1);
  if (seconds == 1) return texts.get("time.second");
  if (seconds == 60) return texts.get("time.minute");
  const bool in_seconds = seconds <= 90;
  return texts.format(in_seconds ? "time.seconds" : "time.minutes",
                      {{"n", std::to_string(in_seconds ? seconds : (seconds + 59) / 60)}});
}

Filled fill(const core::LoginPage& page, const Setting& setting) {
  using Notice = core::LoginPage::Notice;
  const Texts& texts = setting.texts;
  Filled filled{"login", texts.format("title.login", {{"site", setting.brand.name}}), {}};
  // WCAG 2.2 §2.4.2: the title tells the state before the rest is read.
  if (page.notice == Notice::wrong) {
    filled.title = texts.format("title.error", {{"title", filled.title}});
  } else if (page.notice == Notice::throttled || page.notice == Notice::overloaded) {
    filled.title = texts.format("title.wait", {{"title", filled.title}});
  }
  View& view = filled.view;
  view.flag("has_app", page.app.has_value());
  if (page.app) fill_app(*page.app, texts, view);
  fill_notice(page, texts, view);
  view.text("login", shown_wire(page.login, 254));
  const bool quiet = page.notice == Notice::none;
  view.flag("focus_user", quiet && page.login.empty());
  view.flag("focus_password", quiet && !page.login.empty());
  return filled;
}

Filled fill(const core::ConsentPage& page, const Setting& setting) {
  const Texts& texts = setting.texts;
  const bool identity = !page.asks_for_more && page.apis.empty() && !page.offline;
  const std::string_view key = page.asks_for_more ? "consent.heading_more"
                               : identity         ? "consent.heading_identity"
                                                  : "consent.heading";
  const std::string heading = texts.format(key, {{"app", isolated(app_name(page.app, texts))}});
  Filled filled{"consent", title_of(setting, heading), {}};
  View& view = filled.view;
  fill_app(page.app, texts, view);
  view.flag("not_verified", !page.app.verified);
  view.flag("has_links", !page.app.policy_uri.empty() || !page.app.tos_uri.empty());
  view.url("policy_uri", PageUrl::parse(page.app.policy_uri));
  view.url("tos_uri", PageUrl::parse(page.app.tos_uri));
  view.flag("asks_for_more", page.asks_for_more);
  view.flag("asks_identity", identity);
  view.flag("asks_access", !page.asks_for_more && !identity);
  view.list("groups", consent_groups(page, setting));
  view.text("place_scheme", shown_wire(page.app.place.scheme, kPathShownMax));
  view.text("place_host", place_host(page.app.place));
  view.text("place_path", shown_wire(page.app.place.path_query, kPathShownMax));
  view.flag("offline", page.offline);
  fill_person(page, view);
  return filled;
}

Filled fill(const FormPostPage& page, const Setting& setting) {
  const std::string heading = setting.texts.format(
      "form_post.heading", {{"app", isolated(app_name(page.app, setting.texts))}});
  Filled filled{"form_post", title_of(setting, heading), {}};
  View& view = filled.view;
  fill_app(page.app, setting.texts, view);
  view.url("action_uri", PageUrl::of(page.to));
  View::Rows fields;
  for (const auto& [name, value] : page.fields) {
    fields.emplace_back().text("field_name", name).text("field_value", value);
  }
  view.list("fields", std::move(fields));
  return filled;
}

Filled fill(const core::LogoutPage& page, const Setting& setting) {
  const std::string heading =
      setting.texts.format("logout.heading", {{"site", setting.brand.name}});
  Filled filled{"logout", heading, {}};
  fill_person(page, filled.view);
  return filled;
}

Filled fill(const core::SignedOutPage& page, const Setting& setting) {
  Filled filled{"signed_out", title_of(setting, setting.texts.get("signed_out.heading")), {}};
  View& view = filled.view;
  view.flag("everywhere", page.everywhere);
  View::Rows frames;
  for (const core::PageAddress& frame : page.frames) {
    frames.emplace_back().url("frame_uri", PageUrl::of(frame.uri, frame.query));
  }
  view.list("frames", std::move(frames));
  if (page.next) {
    fill_app(page.next->app, setting.texts, view);
    view.url("next_uri", PageUrl::of(page.next->to.uri, page.next->to.query));
  }
  return filled;
}

std::string problem_key(core::ProblemPage::Problem problem) {
  using Problem = core::ProblemPage::Problem;
  switch (problem) {
    case Problem::unknown_app:
      return "unknown_app";
    case Problem::bad_return_address:
      return "bad_return_address";
    case Problem::bad_request:
      return "bad_request";
    case Problem::stale_form:
      return "stale_form";
    case Problem::not_found:
      return "not_found";
    case Problem::method_not_allowed:
      return "method_not_allowed";
    case Problem::unavailable:
      return "unavailable";
    case Problem::internal:
      return "internal";
  }
  return "internal";
}

Filled fill(const core::ProblemPage& page, const Setting& setting) {
  using Problem = core::ProblemPage::Problem;
  const Texts& texts = setting.texts;
  const std::string& site = setting.brand.name;
  const std::string key = "problem." + problem_key(page.problem);
  const std::string heading = texts.get(key + "_heading");
  const Duration wait = page.retry_after > Duration{} ? page.retry_after : std::chrono::minutes(1);
  const bool by_app = page.problem == Problem::unknown_app ||
                      page.problem == Problem::bad_return_address ||
                      page.problem == Problem::bad_request;
  Filled filled{"problem", title_of(setting, heading), {}};
  View& view = filled.view;
  view.text("heading", heading);
  view.text("text", page.problem == Problem::not_found ? texts.format(key, {{"site", site}})
                                                       : texts.get(key));
  view.text("to_do", page.problem == Problem::unavailable
                         ? texts.format(key + "_to_do", {{"wait", wait_text(wait, texts)}})
                         : texts.get(key + "_to_do"));
  view.text("number_text", by_app ? texts.get("problem.number_makers")
                                  : texts.format("problem.number_operator", {{"site", site}}));
  return filled;
}

}  // namespace grantd::server
