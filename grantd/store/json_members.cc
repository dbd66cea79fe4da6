#include "grantd/store/json_members.h"

#include <algorithm>

namespace grantd::store {

Members::Members(const Json& json, std::string what) : json_(json), what_(std::move(what)) {
  if (!json.as_object()) wrong("", "an object");
}

void Members::only(std::initializer_list<std::string_view> names) {
  if (!json_.as_object()) return;
  for (const auto& [name, value] : *json_.as_object()) {
    if (std::ranges::find(names, name) == names.end()) wrong(name, "no such member");
  }
}

std::string Members::text(std::string_view name) {
  const std::string* value = json_.find_string(name);
  if (!value) wrong(name, "a string");
  return value ? *value : std::string();
}

std::int64_t Members::integer(std::string_view name) {
  const std::int64_t* value = json_.find_int(name);
  if (!value) wrong(name, "an integer");
  return value ? *value : 0;
}

bool Members::flag(std::string_view name) {
  const bool* value = json_.find_bool(name);
  if (!value) wrong(name, "true or false");
  return value && *value;
}

std::vector<std::string> Members::texts(std::string_view name) {
  auto value = json_.find_strings(name);
  if (!value) wrong(name, "an array of strings");
  return value ? *std::move(value) : std::vector<std::string>();
}

const Json::Array& Members::array(std::string_view name) {
  static const Json::Array kNone;
  const Json* value = json_.find(name);
  if (value && value->as_array()) return *value->as_array();
  wrong(name, "an array");
  return kNone;
}

void Members::wrong(std::string_view name, std::string_view expected) {
  if (!error_.empty()) return;
  error_ = what_ + "." + std::string(name) + ": expected " + std::string(expected);
}

Json text_array(const std::vector<std::string>& items) {
  Json array = Json::array();
  for (const std::string& item : items) array.push_back(item);
  return array;
}

}  // namespace grantd::store
