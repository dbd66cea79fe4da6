#include <utility>

#include "grantd/base/check.h"
#include "grantd/base/encoding.h"
#include "grantd/server/pages_data.h"

namespace grantd::server {
namespace {

using Notice = core::AccountPage::Notice;

constexpr std::size_t kHostShownMax = 300;  // RFC 1035 §2.3.4 allows 253, and a port

// The texts of a notice begin with this key.
std::string_view key_of(Notice notice) {
  switch (notice) {
    case Notice::none: return "";
    case Notice::stale: return "account.stale";
    case Notice::session_ended: return "account.session_ended";
    case Notice::withdrawn: return "account.withdrawn";
    case Notice::narrowed: return "account.narrowed";
    case Notice::password_changed: return "account.password_changed";
    case Notice::wrong: return "account.wrong";
    case Notice::too_short: return "account.too_short";
    case Notice::too_long: return "account.too_long";
    case Notice::unlike: return "account.unlike";
    case Notice::throttled: return "login.throttled";
    case Notice::overloaded: return "login.overloaded";
  }
  return "";
}

// Days in words; UTC, for nobody told us where the person is.
std::string date_of(Time time, const Texts& texts) {
  const std::string utc = to_rfc3339(time);  // 2026-11-02T20:17:04Z
  const std::vector<std::string_view> months = split(texts.get("account.months"), ' ');
  const auto number = [&](std::size_t at) {
    return static_cast<std::size_t>(10 * (utc[at] - '0') + (utc[at + 1] - '0'));
  };
  CHECK(months.size() == 12);
  return texts.format("account.date", {{"day", std::to_string(number(8))},
                                       {"month", months[number(5) - 1]},
                                       {"year", utc.substr(0, 4)}});
}

std::string date_time_of(Time time, const Texts& texts) {
  return texts.format("account.date_time", {{"date", date_of(time, texts)},
                                            {"time", to_rfc3339(time).substr(11, 5)}});
}

std::string used_text(const core::AccountPage::SignIn& sign_in, const Texts& texts) {
  if (sign_in.lately) return texts.get("account.used_lately");
  const auto minutes = std::chrono::floor<std::chrono::minutes>(sign_in.unused);
  std::string ago = wait_text(minutes, texts);
  if (minutes.count() >= 48 * 60) {
    ago = texts.format("account.days", {{"n", std::to_string(minutes.count() / (24 * 60))}});
  } else if (minutes.count() >= 2 * 60) {
    ago = texts.format("account.hours", {{"n", std::to_string(minutes.count() / 60)}});
  }
  return texts.format("account.used", {{"ago", ago}});
}

View::Rows sign_in_rows(const core::AccountPage& page, const Texts& texts) {
  View::Rows rows;
  for (const core::AccountPage::SignIn& sign_in : page.sign_ins) {
    View row;
    row.flag("here", sign_in.here).flag("by_password", sign_in.by_password);
    row.text("since", date_time_of(sign_in.since, texts));
    if (!sign_in.here) row.text("used", used_text(sign_in, texts));
    row.flag("may_sign_out", sign_in.here && page.may_sign_out);
    row.text("session", oauth::to_text(sign_in.id));
    rows.push_back(std::move(row));
  }
  return rows;
}

View item_row(std::string_view scope, core::ScopeText words) {
  View row;
  row.text("item_scope", std::string(scope)).text("item_title", std::move(words.title));
  row.text("item_detail", std::move(words.detail));
  return row;
}

// What an app may do, by who gives it. With one API it goes without names: that is how most are.
View::Rows item_groups(const core::AccountPage::App& app, const Setting& setting) {
  const Texts& texts = setting.texts;
  const bool named = app.apis.size() > 1;
  View::Rows groups, items;
  const auto end_group = [&](const std::string& title) {
    if (items.empty()) return;
    View& group = groups.emplace_back();
    group.text("group_title", title).list("items", std::exchange(items, {}));
  };
  for (const std::string& scope : app.identity) {
    items.push_back(item_row(scope, words_of_own(scope, texts)));
  }
  if (named) end_group(texts.get("scope.about_you"));
  for (const core::AccountPage::App::Api& api : app.apis) {
    for (const core::ResourceScope* scope : api.items) {
      items.push_back(item_row(scope->name, words_of(*scope, setting)));
    }
    if (named) end_group(api_name(api.name, setting));
  }
  if (app.offline) {
    items.push_back(item_row(oauth::kOfflineAccess, words_of_own(oauth::kOfflineAccess, texts)));
    if (named) end_group(texts.get("scope.away"));
  }
  for (const std::string& scope : app.unknown) items.push_back(item_row(scope, {scope, {}}));
  end_group(named ? texts.get("scope.gone") : std::string());
  return groups;
}

std::size_t items_in(const core::AccountPage::App& app) {
  std::size_t count = app.identity.size() + app.unknown.size() + (app.offline ? 1 : 0);
  for (const core::AccountPage::App::Api& api : app.apis) count += api.items.size();
  return count;
}

View::Rows app_rows(const core::AccountPage& page, const Setting& setting) {
  View::Rows rows;
  for (const core::AccountPage::App& app : page.apps) {
    View row;
    const std::string name = shown_name(app.app.name);
    const core::ReturnPlace& place = app.app.place;
    const bool has_host = !place.host_port.empty();
    row.name("app", name.empty() ? setting.texts.get("app.unnamed") : name);
    if (!place.on_this_computer) row.text("app_host", shown_wire(place.host_port, kHostShownMax));
    row.flag("on_this_computer", place.on_this_computer && has_host);
    row.flag("on_this_device", place.on_this_computer && !has_host);
    row.flag("verified", app.app.verified).flag("not_verified", !app.app.verified);
    row.text("since", date_of(app.since, setting.texts));
    row.flag("can_narrow", items_in(app) > 1).list("groups", item_groups(app, setting));
    row.text("seen", std::to_string(app.seen)).text("client_id", app.id.str());
    rows.push_back(std::move(row));
  }
  return rows;
}

void fill_notice(const core::AccountPage& page, const Texts& texts, Filled& filled) {
  if (page.notice == Notice::none) return;
  const std::string key(key_of(page.notice));
  View& view = filled.view;
  view.flag("bad_present", page.notice == Notice::wrong);
  view.flag("bad_new", page.notice == Notice::too_short || page.notice == Notice::too_long ||
                           page.notice == Notice::unlike);
  // WCAG 2.2 §2.4.2: the title tells the state before the rest is read.
  if (page.notice == Notice::throttled || page.notice == Notice::overloaded) {
    filled.title = texts.format("title.wait", {{"title", filled.title}});
    view.text("notice_heading",
              texts.format(key + "_heading", {{"wait", wait_text(page.wait, texts)}}));
    view.text("notice_text", texts.get(key));
    return;
  }
  const bool wrong = page.notice >= Notice::wrong;
  if (wrong) filled.title = texts.format("title.error", {{"title", filled.title}});
  view.text(wrong ? "problem_heading" : "notice_heading", texts.get(key + "_heading"));
  if (const std::string* text = texts.find(key); text && !wrong) view.text("notice_text", *text);
}

}  // namespace

Filled fill(const core::AccountPage& page, const Setting& setting) {
  const Texts& texts = setting.texts;
  Filled filled{"account",
                texts.format("title.plain", {{"heading", texts.get("account.heading")},
                                             {"site", setting.brand.name}}),
                {}};
  View& view = filled.view;
  view.flag("wide", true);
  fill_notice(page, texts, filled);
  view.name("person_name", page.person_name).name("person_login", page.person_login);
  view.name("person_email", page.person_email);
  view.list("sign_ins", sign_in_rows(page, texts));
  view.flag("has_apps", !page.apps.empty()).list("apps", app_rows(page, setting));
  view.flag("has_password", page.has_password);
  return filled;
}

}  // namespace grantd::server
