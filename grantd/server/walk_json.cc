// A walk as a document, and back.
#include <algorithm>
#include <iterator>

#include "grantd/server/walk_record.h"

namespace grantd::server {
namespace {

constexpr std::string_view kPlaces[] = {"query", "body", "header", "cookie"};
constexpr std::string_view kStates[] = {"passed", "decided", "stopped", "not_reached"};

template <std::size_t N>
std::size_t index_of(const std::string_view (&names)[N], std::string_view name) {
  return static_cast<std::size_t>(std::ranges::find(names, name) - std::begin(names));
}

Json texts(const std::vector<std::string>& all) {
  Json out = Json::array();
  for (const std::string& text : all) out.push_back(text);
  return out;
}

Json to_json(const SentItem& item) {
  Json out = Json::object({{"place", kPlaces[static_cast<std::size_t>(item.place)]}});
  if (!item.name.empty()) out.set("name", item.name);
  if (item.shown) out.set("value", item.value);
  out.set("bytes", item.bytes);
  if (!item.meant.empty()) out.set("meant", item.meant);
  return out;
}

Json to_json(const WalkStep& step) {
  return Json::object({{"name", step.name},
                       {"state", kStates[static_cast<std::size_t>(step.state)]},
                       {"micros", step.micros},
                       {"what", texts(step.what)}});
}

Json to_json(const core::Reason& reason) {
  Json out = Json::object(
      {{"rule", reason.rule}, {"citation", reason.citation}, {"text", reason.text}});
  if (!reason.expected.empty()) out.set("expected", reason.expected);
  if (!reason.found.empty()) out.set("found", reason.found);
  out.set("repair", texts(reason.repair));
  return out;
}

template <class All>
Json list_of(const All& all) {
  Json out = Json::array();
  for (const auto& item : all) out.push_back(to_json(item));
  return out;
}

std::string text_of(const Json& json, std::string_view name) {
  const std::string* text = json.find_string(name);
  return text ? *text : std::string();
}
std::int64_t number_of(const Json& json, std::string_view name) {
  const std::int64_t* number = json.find_int(name);
  return number ? *number : 0;
}
std::vector<std::string> texts_of(const Json& json, std::string_view name) {
  return json.find_strings(name).value_or(std::vector<std::string>());
}

SentItem read_item(const Json& json) {
  SentItem item;
  const std::size_t place = index_of(kPlaces, text_of(json, "place"));
  if (place < std::size(kPlaces)) item.place = static_cast<SentItem::Place>(place);
  item.name = text_of(json, "name");
  item.shown = json.find("value") != nullptr;
  item.value = text_of(json, "value");
  item.bytes = number_of(json, "bytes");
  item.meant = text_of(json, "meant");
  return item;
}

WalkStep read_step(const Json& json) {
  WalkStep step;
  const std::size_t state = index_of(kStates, text_of(json, "state"));
  if (state < std::size(kStates)) step.state = static_cast<WalkStep::State>(state);
  step.name = text_of(json, "name");
  step.micros = number_of(json, "micros");
  step.what = texts_of(json, "what");
  return step;
}

core::Reason read_reason(const Json& json) {
  return core::Reason{.rule = text_of(json, "rule"),
                      .citation = text_of(json, "citation"),
                      .text = text_of(json, "text"),
                      .expected = text_of(json, "expected"),
                      .found = text_of(json, "found"),
                      .repair = texts_of(json, "repair")};
}

template <class Item>
std::vector<Item> read_list(const Json& json, std::string_view name, Item (*read)(const Json&)) {
  std::vector<Item> out;
  const Json* list = json.find(name);
  if (!list || !list->as_array()) return out;
  for (const Json& item : *list->as_array()) out.push_back(read(item));
  return out;
}

}  // namespace

Json to_json(const WalkRecord& record) {
  Json out = Json::object({{"request", record.request_id},
                           {"when", to_millis(record.when)},
                           {"endpoint", record.endpoint},
                           {"method", record.method},
                           {"path", record.path},
                           {"status", std::int64_t{record.status}},
                           {"refused", record.refused}});
  if (!record.error.empty()) out.set("error", record.error);
  out.set("outcome", record.outcome);
  if (!record.event.empty()) out.set("event", record.event);
  if (!record.client.empty()) out.set("client", record.client);
  out.set("sent", list_of(record.sent));
  out.set("steps", list_of(record.steps));
  out.set("rounds", std::int64_t{record.rounds});
  out.set("asks", std::int64_t{record.asks});
  out.set("micros", record.micros);
  out.set("reasons", list_of(record.reasons));
  if (record.from_log) out.set("from_log", true);
  return out;
}

Result<WalkRecord, std::string> read_walk_record(const Json& json) {
  if (!json.find_string("request") || !json.find_int("status")) {
    return fail(std::string("expected a document of a walk, with request and status"));
  }
  WalkRecord out;
  out.request_id = text_of(json, "request");
  out.when = from_millis(number_of(json, "when"));
  out.endpoint = text_of(json, "endpoint");
  out.method = text_of(json, "method");
  out.path = text_of(json, "path");
  out.status = static_cast<int>(number_of(json, "status"));
  const bool* refused = json.find_bool("refused");
  out.refused = refused && *refused;
  out.error = text_of(json, "error");
  out.outcome = text_of(json, "outcome");
  out.event = text_of(json, "event");
  out.client = text_of(json, "client");
  out.sent = read_list<SentItem>(json, "sent", read_item);
  out.steps = read_list<WalkStep>(json, "steps", read_step);
  out.rounds = static_cast<int>(number_of(json, "rounds"));
  out.asks = static_cast<int>(number_of(json, "asks"));
  out.micros = number_of(json, "micros");
  out.reasons = read_list<core::Reason>(json, "reasons", read_reason);
  const bool* from_log = json.find_bool("from_log");
  out.from_log = from_log && *from_log;
  return out;
}

}  // namespace grantd::server
