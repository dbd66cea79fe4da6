#include "grantd/guard/resource_metadata.h"

#include "grantd/base/json.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::guard {
namespace {

constexpr std::string_view kWellKnown = "/.well-known/oauth-protected-resource";

std::string document(const ResourceDescription& description) {
  Json body = Json::object({{"resource", description.resource},
                            {"authorization_servers", Json::array({description.issuer})},
                            // RFC 6750 §2.1; the query and the body are never looked at.
                            {"bearer_methods_supported", Json::array({"header"})}});
  if (!description.scopes_supported.empty()) {
    Json scopes = Json::array();
    for (const auto& scope : description.scopes_supported) scopes.push_back(scope);
    body.set("scopes_supported", std::move(scopes));
  }
  if (!description.name.empty()) body.set("resource_name", description.name);
  if (!description.documentation.empty()) {
    body.set("resource_documentation", description.documentation);
  }
  return body.dump_pretty();
}

}  // namespace

std::optional<ResourceMetadata> describe(const ResourceDescription& description) {
  const auto uri = oauth::parse_absolute_uri(description.resource);
  if (!uri || !uri->has_authority || !oauth::is_protected(*uri)) return std::nullopt;
  // A server finds its documents by path: no two resources may differ in the query alone.
  if (uri->path_query.find('?') != std::string_view::npos) return std::nullopt;
  // RFC 9728 §3.1: a slash that ends right behind the host goes; any other is part of the path.
  const std::string_view path = uri->path_query == "/" ? std::string_view() : uri->path_query;
  ResourceMetadata made;
  made.path = std::string(kWellKnown).append(path);
  made.url = std::string(uri->scheme).append("://").append(uri->authority).append(made.path);
  made.text = document(description);
  return made;
}

}  // namespace grantd::guard
