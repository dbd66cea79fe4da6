#include "grantd/core/discovery/metadata.h"

#include <algorithm>

#include "grantd/core/features.h"

namespace grantd::core {
namespace {

// RFC 8414 §2: the members, scopes of the APIs among them.
class MetadataCase final : public Case {
 public:
  explicit MetadataCase(const House& house) : house_(house) {}

  Wanted wants() const override {
    Wanted wanted;
    wanted.resources = true;
    return wanted;
  }

  Verdict decide(const Found& found, const Moment&) const override {
    Json document = house_.features->metadata(house_.policy);
    std::vector<std::string> scopes;
    for (const Resource& resource : *found.resources) {
      for (const ResourceScope& scope : resource.scopes) scopes.push_back(scope.name);
    }
    for (const std::string_view scope : oauth::kIdentityScopes) scopes.emplace_back(scope);
    if (house_.features->grant(GrantType::refresh_token)) {
      scopes.emplace_back(oauth::kOfflineAccess);
    }
    Json names = Json::array();
    const ScopeSet sorted = ScopeSet::of(scopes);
    for (const std::string_view name : sorted.tokens()) names.push_back(name);
    document.set("scopes_supported", std::move(names));
    return Decision{.outcome = SendDocument{document.dump()}};
  }

 private:
  const House& house_;
};

}  // namespace

Read read_metadata(const RawRequest&, const House& house, const Keyring&) {
  return std::make_unique<MetadataCase>(house);
}

Read read_jwks(const RawRequest&, const House&, const Keyring& keys) {
  return Decision{.outcome = SendDocument{keys.verify_keys.to_json().dump()}};
}

}  // namespace grantd::core
