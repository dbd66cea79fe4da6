// The developer's pages about requests: one walk, the last ones.
#include <array>

#include "grantd/server/pages_data.h"

namespace grantd::server {
namespace {

std::string shown(std::string_view text) { return shown_reason(text); }

std::string took(std::int64_t micros) {
  return micros < 1000 ? std::to_string(micros) + " µs" : std::to_string(micros / 1000) + " ms";
}

std::string_view state_key(const WalkStep& step, const WalkRecord& walk) {
  switch (step.state) {
    case WalkStep::State::passed: return "walk.state_passed";
    case WalkStep::State::decided:
      return walk.refused ? "walk.state_refused" : "walk.state_decided";
    case WalkStep::State::stopped: return "walk.state_stopped";
    case WalkStep::State::not_reached: return "walk.state_not_reached";
  }
  return "walk.state_not_reached";
}

std::vector<std::string> lines_of(const WalkStep& step, const WalkRecord& walk,
                                  const Texts& texts) {
  std::vector<std::string> lines = step.what;
  if (step.name == "decide" && walk.asks > 0) {
    lines.push_back(texts.format("walk.asked", {{"asks", std::to_string(walk.asks)}}));
  }
  if (step.name == "commit" && step.state == WalkStep::State::not_reached) {
    lines = {texts.get("walk.nothing_written")};
  }
  if (step.name == "answer") lines = {walk.outcome};
  return lines;
}

View::Rows step_rows(const WalkRecord& walk, const Texts& texts) {
  View::Rows rows;
  for (const WalkStep& step : walk.steps) {
    const bool stopped = step.state == WalkStep::State::stopped;
    const bool refused = walk.refused && step.state == WalkStep::State::decided;
    View row;
    row.text("step_name", step.name);
    row.text("step_state", texts.get(state_key(step, walk)));
    row.flag("step_bad", stopped || refused);
    if (step.micros > 0) row.text("step_took", took(step.micros));
    View::Rows lines;
    for (const std::string& line : lines_of(step, walk, texts)) {
      lines.push_back(View().text("line", shown(line)));
    }
    row.flag("has_lines", !lines.empty()).list("lines", std::move(lines));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string value_of(const SentItem& item, const Texts& texts) {
  const std::string bytes = std::to_string(item.bytes);
  if (item.name.empty()) return texts.format("walk.unknown", {{"bytes", bytes}});
  if (!item.meant.empty()) return texts.format("walk.misspelled", {{"meant", item.meant}});
  if (item.shown) return item.value.empty() ? texts.get("walk.empty") : shown(item.value);
  if (item.place == SentItem::Place::cookie) return texts.get("walk.not_shown_here");
  return texts.format("walk.not_shown", {{"bytes", bytes}});
}

View::Rows sent_rows(const WalkRecord& walk, const Texts& texts) {
  constexpr std::array<std::string_view, 4> kPlaces = {"query", "body", "header", "cookie"};
  View::Rows rows;
  for (const SentItem& item : walk.sent) {
    View row;
    row.text("sent_place", std::string(kPlaces[static_cast<std::size_t>(item.place)]));
    row.text("sent_name", item.name.empty() ? "?" : shown(item.name));
    row.flag("sent_shown", item.shown && !item.value.empty());
    row.text("sent_value", value_of(item, texts));
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string line_of(const WalkRecord& walk) {
  std::string text = walk.method + " " + walk.path;
  return shown_wire(text, 60);
}

std::string status_of(const WalkRecord& walk) {
  return std::to_string(walk.status) + (walk.error.empty() ? "" : " " + walk.error);
}

std::string time_of(const WalkRecord& walk) {
  std::string text = to_rfc3339(walk.when);
  text[10] = ' ';
  text.pop_back();
  return text + " UTC";
}

}  // namespace

void fill_walk(const WalkRecord& walk, const Texts& texts, View& view) {
  view.list("steps", step_rows(walk, texts));
  view.flag("has_sent", !walk.sent.empty()).list("sent", sent_rows(walk, texts));
}

Filled fill(const DevWalk& page, const Setting& setting) {
  const Texts& texts = setting.texts;
  const WalkRecord& walk = page.walk;
  Filled filled{
      "walk",
      dev_title(setting, texts.format("walk.heading", {{"request_id", walk.request_id}})),
      {}};
  View& view = filled.view;
  view.flag("wide", true);
  view.text("site", texts.get("layout.dev_site"));
  view.text("foot", texts.get("layout.dev_foot"));
  view.text("request_id", walk.request_id);
  view.text("config", shown(page.config));
  view.text("summary", line_of(walk) + ": " + status_of(walk) +
                           (walk.client.empty() ? "" : ", " + shown_wire(walk.client, 60)));
  view.text("when", time_of(walk));
  if (!walk.reasons.empty()) fill_reason(walk.reasons.back(), texts, view);
  fill_walk(walk, texts, view);
  return filled;
}

Filled fill(const DevWalks& page, std::string_view path, const Setting& setting) {
  const Texts& texts = setting.texts;
  Filled filled{"walks", dev_title(setting, texts.get("walks.heading")), {}};
  View& view = filled.view;
  view.flag("wide", true);
  view.text("site", texts.get("layout.dev_site"));
  view.text("foot", texts.get("layout.dev_foot"));
  view.flag("refused_only", page.refused_only);
  View::Rows rows;
  for (const WalkRecord& walk : page.walks) {
    View row;
    row.flag("bad", walk.refused);
    row.url("walk_uri", PageUrl::parse(std::string(path) + "/requests/" + walk.request_id));
    row.text("number", walk.request_id).text("when", to_rfc3339(walk.when).substr(11, 8));
    row.text("what", line_of(walk)).text("status", status_of(walk));
    row.text("client", shown_wire(walk.client, 60));
    row.text("why", walk.reasons.empty() ? walk.outcome : shown(walk.reasons.back().text));
    rows.push_back(std::move(row));
  }
  view.flag("has_walks", !rows.empty()).list("walks", std::move(rows));
  return filled;
}

}  // namespace grantd::server
