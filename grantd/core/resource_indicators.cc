#include "grantd/core/resource_indicators.h"

#include <algorithm>

#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRule = "resource_indicators";

Refusal bad_target(std::string_view description, std::string_view citation) {
  return refuse(oauth::ErrorCode::invalid_target, description, citation).in(kRule);
}

// The scopes of no API: the identity scopes and offline_access.
bool is_servers_own(std::string_view token) {
  return token == oauth::kOfflineAccess || oauth::is_identity_scope(token);
}
ScopeSet servers_own(const ScopeSet& scope) { return scope.only(is_servers_own); }

ScopeSet own_scope(const Resource& resource, const ScopeSet& scope, const Policy& policy) {
  if (&resource == &policy.userinfo) return scope.identity();
  return scope.only([&](std::string_view token) { return resource.find(token) != nullptr; });
}

bool is_named(const Resource& resource, const std::vector<std::string>& named) {
  return std::ranges::find(named, resource.audience.view()) != named.end();
}

std::string listed(const std::vector<const Resource*>& resources) {
  std::string text;
  for (const Resource* each : resources) {
    text.append(text.empty() ? "" : " ").append(each->audience.view());
  }
  return text;
}

// The one named at the token endpoint.
Result<const Resource*, Refusal> find_named(const std::vector<const Resource*>& granted,
                                            const std::vector<std::string>& named) {
  for (const std::string& other : named) {
    if (other == named.front()) continue;
    // RFC 8707 §2 lets a client ask for a token that several take, §3 lets us not give it: each of
    // them could use it at the others. RFC 9700 §2.3: a token is for one resource server.
    return fail(bad_target("an access token is for one resource", "RFC 8707 §3, RFC 9700 §2.3")
                    .because("the request names more than one resource")
                    .expected("one of " + listed(granted),
                              printable(named.front()) + " " + printable(other))
                    .repair("send one resource a request, and ask again for each other"));
  }
  const auto found = std::ranges::find_if(
      granted, [&](const Resource* each) { return is_named(*each, named); });
  // RFC 8707 §2.2: not beyond what was granted (checklist RT-19).
  if (found == granted.end()) {
    return fail(bad_target("resource is not what was granted", "RFC 8707 §2.2")
                    .because("none of the scopes that may be had belongs to this resource")
                    .expected("one of " + listed(granted), printable(named.front()))
                    .repair("send a resource that was granted, byte for byte, or none"));
  }
  return *found;
}

// The one that is meant where none is named.
Result<const Resource*, Refusal> find_default(const std::vector<const Resource*>& granted,
                                              const Policy& policy) {
  const auto is_api = [&](const Resource* each) { return each != &policy.userinfo; };
  const auto first = std::ranges::find_if(granted, is_api);
  const auto apis = std::ranges::count_if(granted, is_api);
  // RFC 9068 §3: the scope tells. One API: a token for it, and as its scope says, for userinfo too
  // (OpenID Connect Core §5.3.1).
  if (apis == 1) return *first;
  // Of several none is guessed: what an OpenID request promises to be good for is userinfo.
  if (granted.size() > static_cast<std::size_t>(apis)) return &policy.userinfo;
  // RFC 8707 §2.2 leaves it to us, and §2.1 has a name for it. RFC 9068 §3 has invalid_scope:
  // that tells nobody that the scope is right and a resource is missing.
  return fail(bad_target("resource is missing: the scopes belong to several APIs",
                         "RFC 8707 §2.2, RFC 9068 §3")
                  .because("the request names none of several resources")
                  .expected("one of " + listed(granted), "no resource")
                  .repair("send resource=" + (*first)->audience.str()));
}

}  // namespace

std::vector<const Resource*> resources_of(const ScopeSet& scope, const Resources& registered,
                                          const Policy& policy) {
  std::vector<const Resource*> found;
  found.reserve(2);
  if (scope.has(oauth::kOpenid)) found.push_back(&policy.userinfo);
  for (const Resource& each : registered) {
    if (std::ranges::any_of(each.scopes, [&](const auto& own) { return scope.has(own.name); })) {
      found.push_back(&each);
    }
  }
  return found;
}

const Resource* resource_of(const Audience& audience, const Resources& registered,
                            const Policy& policy) {
  if (audience == policy.userinfo.audience) return &policy.userinfo;
  const auto found = std::ranges::find(registered, audience, &Resource::audience);
  return found == registered.end() ? nullptr : &*found;
}

ScopeSet scope_within(const ScopeSet& scope, const std::vector<std::string>& named,
                      const Resources& registered) {
  if (named.empty()) return scope;
  ScopeSet within = servers_own(scope);
  for (const Resource& each : registered) {
    if (is_named(each, named)) within = within.united(scope.intersection(each.scope_set()));
  }
  return within;
}

Result<Unit, Refusal> check_defined(const ScopeSet& scope, const Resources& registered) {
  for (const std::string_view token : scope.tokens()) {
    if (is_servers_own(token)) continue;
    const auto defines = [&](const Resource& each) { return each.find(token) != nullptr; };
    if (std::ranges::any_of(registered, defines)) continue;
    return fail(refuse(oauth::ErrorCode::invalid_scope, "scope is unknown", "RFC 6749 §3.3")
                    .in(kRule)
                    .because("no API defines the scope " + std::string(token))
                    .repair("ask for a scope that an API has (grantd resource list)"));
  }
  return Unit{};
}

Result<std::vector<const Resource*>, Refusal> check_resources(
    const ScopeSet& scope, const std::vector<std::string>& named, const Resources& registered,
    const Policy& policy) {
  std::vector<const Resource*> asked = resources_of(scope, registered, policy);
  // A person reads what each of them would give, on one page.
  if (asked.size() > kResourcesMax) {
    return fail(bad_target("too many resources in one request", "RFC 8707 §2.1")
                    .because("the scopes belong to " + std::to_string(asked.size()) + " APIs")
                    .expected("at most " + std::to_string(kResourcesMax), "")
                    .repair("ask for the scopes of fewer APIs in one request"));
  }
  // RFC 8707 §2: one that is unknown. One of which nothing is asked for, too: the person would read
  // nothing of it, and its token would say nothing (RFC 9068 §2.2.3).
  for (const std::string& each : named) {
    const auto is_it = [&](const Resource* one) { return one->audience.view() == each; };
    if (std::ranges::any_of(asked, is_it)) continue;
    return fail(bad_target("resource is unknown, or no scope of it is asked for", "RFC 8707 §2")
                    .because("none of the scopes belongs to this resource")
                    .expected(listed(asked), printable(each))
                    .repair("send the audience of an API whose scopes are asked for, byte for byte "
                            "(grantd resource list), or leave resource out"));
  }
  // RFC 8707 §2.1: what is named is the whole. Userinfo comes with openid, named or not.
  for (const Resource* each : asked) {
    if (named.empty() || each == &policy.userinfo || is_named(*each, named)) continue;
    return fail(bad_target("a scope belongs to none of the resources", "RFC 8707 §2.1")
                    .because("a scope belongs to another API than those named")
                    .expected("resource=" + each->audience.str() + " too, or no scope of it",
                              own_scope(*each, scope, policy).to_text())
                    .repair("name that API as resource too, or leave its scopes out"));
  }
  return asked;
}

Result<Target, Refusal> find_target(const ScopeSet& scope, const std::vector<std::string>& named,
                                    const Resources& registered, const Policy& policy) {
  const std::vector<const Resource*> granted = resources_of(scope, registered, policy);
  if (granted.empty()) return Target{};
  Target target;
  target.resource = TRY(named.empty() ? find_default(granted, policy)
                                      : find_named(granted, named));
  // RFC 8707 §2.2, RFC 9068 §2.2.3: only what this resource can tell the meaning of …
  target.scope = own_scope(*target.resource, scope, policy);
  // … and, where the client did not say that it is for this one alone, what the server itself does.
  if (named.empty()) target.scope = target.scope.united(servers_own(scope));
  return target;
}

}  // namespace grantd::core
