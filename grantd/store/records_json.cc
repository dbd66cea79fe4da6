#include "grantd/store/records_json.h"

#include "grantd/base/encoding.h"
#include "grantd/store/json_members.h"

namespace grantd::store {
namespace {

using core::Resource;

Json scope_document(const core::ResourceScope& scope) {
  Json texts = Json::object();
  for (const auto& [language, text] : scope.texts) {
    texts.set(language, Json::object({{"title", text.title}, {"detail", text.detail}}));
  }
  return Json::object({{"name", scope.name}, {"texts", std::move(texts)}});
}

Result<core::ResourceScope, std::string> scope_from_json(const Json& json) {
  Members members(json, "scope");
  members.only({"name", "texts"});
  core::ResourceScope scope;
  scope.name = members.text("name");
  const Json* texts = json.find("texts");
  if (!texts || !texts->as_object()) return fail(std::string("scope.texts: expected an object"));
  for (const auto& [language, value] : *texts->as_object()) {
    Members text(value, "texts." + language);
    text.only({"title", "detail"});
    scope.texts[language] = {text.text("title"), text.text("detail")};
    if (!text.error().empty()) return fail(text.error());
  }
  if (!members.error().empty()) return fail(members.error());
  return scope;
}

Result<core::Introspector, std::string> introspector_from_json(const Json& json) {
  Members members(json, "introspector");
  members.only({"client", "incarnation"});
  core::Introspector introspector;
  introspector.client = core::ClientId(members.text("client"));
  introspector.incarnation = members.take(
      "incarnation", oauth::parse_id<core::Incarnation>(members.text("incarnation")),
      "8 bytes of base64url");
  if (!members.error().empty()) return fail(members.error());
  return introspector;
}

Json resource_members(const Resource& resource) {
  Json scopes = Json::array();
  for (const core::ResourceScope& scope : resource.scopes) scopes.push_back(scope_document(scope));
  Json json = Json::object();
  json.set("audience", resource.audience.str());
  json.set("name", resource.name);
  json.set("scopes", std::move(scopes));
  json.set("token_format", core::to_text(resource.token_format));
  return json;
}

}  // namespace

Json to_json(const Resource& resource) {
  Json introspectors = Json::array();
  for (const core::Introspector& each : resource.introspectors) {
    introspectors.push_back(
        Json::object({{"client", each.client.str()},
                      {"incarnation", base64url_encode(each.incarnation.view())}}));
  }
  Json json = resource_members(resource);
  json.set("introspectors", std::move(introspectors));
  json.set("token_lifetime_ms", std::int64_t{resource.token_lifetime.count()});
  return json;
}

Result<Resource, std::string> resource_from_json(const Json& json) {
  Members members(json, "resource");
  members.only(
      {"audience", "name", "scopes", "token_format", "introspectors", "token_lifetime_ms"});
  Resource resource;
  resource.audience = core::Audience(members.text("audience"));
  resource.name = members.text("name");
  for (const Json& item : members.array("scopes")) {
    resource.scopes.push_back(TRY(scope_from_json(item)));
  }
  resource.token_format = members.take(
      "token_format", core::parse_token_format(members.text("token_format")), "a token format");
  resource.token_lifetime = Duration(members.integer("token_lifetime_ms"));
  for (const Json& item : members.array("introspectors")) {
    resource.introspectors.push_back(TRY(introspector_from_json(item)));
  }
  if (!members.error().empty()) return fail(members.error());
  return resource;
}

Json redacted(const Resource& resource) {
  Json introspectors = Json::array();
  for (const core::Introspector& each : resource.introspectors) {
    introspectors.push_back(each.client.str());
  }
  Json json = resource_members(resource);
  json.set("introspectors", std::move(introspectors));
  json.set("token_lifetime", grantd::to_text(resource.token_lifetime));
  json.set("version", static_cast<std::int64_t>(resource.version));
  return json;
}

}  // namespace grantd::store
