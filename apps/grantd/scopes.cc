#include "apps/grantd/scopes.h"

#include <fmt/format.h>

#include "grantd/base/encoding.h"
#include "grantd/server/config_nearest.h"

namespace grantd::app {

Outcome<core::ScopeSet> parse_scope_option(const Call& call, std::string_view option) {
  core::ScopeSet out;
  for (const std::string& text : call.all(option)) {
    const auto scope = core::ScopeSet::parse(text);
    if (!scope) {
      return usage(
          fmt::format("{}: expected names parted by single blanks (RFC 6749 §3.3), found "
                      "\"{}\"",
                      option, printable(text)));
    }
    out = out.united(*scope);
  }
  return out;
}

Outcome<> check_scopes_known(const core::ScopeSet& scope,
                             const std::vector<core::Resource>& resources) {
  core::ScopeSet known = core::ScopeSet::of({std::string(oauth::kOfflineAccess)});
  for (const std::string_view name : oauth::kIdentityScopes) {  // userinfo answers to these
    known = known.united(core::ScopeSet::of({std::string(name)}));
  }
  for (const core::Resource& resource : resources) known = known.united(resource.scope_set());
  const core::ScopeSet unknown = scope.without(known);
  if (unknown.empty()) return Unit();
  const std::vector<std::string_view> names(known.tokens().begin(), known.tokens().end());
  const std::string_view guess = server::nearest(unknown.tokens().front(), names);
  return failed(
      fmt::format("no API has the scope \"{}\"; known are \"{}\"{}. `grantd resource "
                  "create` registers an API with its scopes",
                  unknown.to_text(), known.to_text(),
                  guess.empty() ? "" : fmt::format(" (did you mean {}?)", guess)));
}

}  // namespace grantd::app
