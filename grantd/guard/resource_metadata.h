// What an API says of itself, so that apps find its authorization server (RFC 9728).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace grantd::guard {

struct ResourceDescription {
  std::string resource;  // its own URI (RFC 9728 §1.2), which is also what tokens have as `aud`
  std::string issuer;    // whose tokens it takes
  std::vector<std::string> scopes_supported = {};  // empty: not said
  std::string name = {};                           // for people; empty: not said
  std::string documentation = {};                  // a page for developers; empty: not said
};

struct ResourceMetadata {
  std::string path;  // where to serve it: "/.well-known/oauth-protected-resource"; no query
  std::string url;   // the same as apps ask for it; in challenges as resource_metadata
  std::string text;  // the document, application/json
};

// RFC 9728 §2, §3.1: the well-known text stands between the resource's host and its path. Nothing
// where the resource is no https URI (http on this computer for development) or has a query: then
// there is no such place.
std::optional<ResourceMetadata> describe(const ResourceDescription& description);

}  // namespace grantd::guard
