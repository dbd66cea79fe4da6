#include "grantd/base/json.h"

#include <algorithm>

#include "grantd/base/check.h"

namespace grantd {

Json Json::object(std::initializer_list<Written> members) {
  Object object;
  constexpr std::size_t kSetLater = 4;
  object.reserve(members.size() + kSetLater);
  for (const Written& member : members) {
    object.emplace_back(std::string(member.name), std::move(member.value));
  }
  return Json(std::move(object));
}

const Json* Json::find(std::string_view name) const {
  const Object* const members = as_object();
  if (members == nullptr) return nullptr;
  for (const Member& member : *members) {
    if (member.first == name) return &member.second;
  }
  return nullptr;
}

const std::string* Json::find_string(std::string_view name) const {
  const Json* const value = find(name);
  return value == nullptr ? nullptr : value->as_string();
}

const std::int64_t* Json::find_int(std::string_view name) const {
  const Json* const value = find(name);
  return value == nullptr ? nullptr : value->as_int();
}

const bool* Json::find_bool(std::string_view name) const {
  const Json* const value = find(name);
  return value == nullptr ? nullptr : value->as_bool();
}

std::optional<std::vector<std::string>> Json::find_strings(std::string_view name) const {
  const Json* const value = find(name);
  const Array* const items = value == nullptr ? nullptr : value->as_array();
  if (items == nullptr) return std::nullopt;
  std::vector<std::string> out;
  out.reserve(items->size());
  for (const Json& item : *items) {
    const std::string* const text = item.as_string();
    if (text == nullptr) return std::nullopt;
    out.push_back(*text);
  }
  return out;
}

Json& Json::set(std::string name, Json value) {
  if (is_null()) value_ = Object();
  auto* const members = std::get_if<Object>(&value_);
  CHECK(members != nullptr);
  const auto known = std::find_if(members->begin(), members->end(),
                                  [&](const Member& member) { return member.first == name; });
  if (known != members->end()) {
    known->second = std::move(value);
  } else {
    members->emplace_back(std::move(name), std::move(value));
  }
  return *this;
}

void Json::push_back(Json value) {
  if (is_null()) value_ = Array();
  auto* const items = std::get_if<Array>(&value_);
  CHECK(items != nullptr);
  items->push_back(std::move(value));
}

}  // namespace grantd
