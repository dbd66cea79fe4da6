#include "grantd/core/oidc/claims.h"

#include <algorithm>
#include <map>

#include "grantd/base/encoding.h"

namespace grantd::core {
namespace {

using oauth::ScopeSet;

constexpr std::size_t kBytesMax = 4096;

// Core §5.1 and §5.4.
const std::map<std::string_view, std::string_view>& scopes_by_claim() {
  static const std::map<std::string_view, std::string_view> table{
      {"name", "profile"},
      {"given_name", "profile"},
      {"family_name", "profile"},
      {"middle_name", "profile"},
      {"nickname", "profile"},
      {"preferred_username", "profile"},
      {"profile", "profile"},
      {"picture", "profile"},
      {"website", "profile"},
      {"gender", "profile"},
      {"birthdate", "profile"},
      {"zoneinfo", "profile"},
      {"locale", "profile"},
      {"updated_at", "profile"},
      {"email", "email"},
      {"email_verified", "email"},
      {"address", "address"},
      {"phone_number", "phone"},
      {"phone_number_verified", "phone"},
  };
  return table;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

std::vector<std::string> names_in(std::string_view text) {
  std::vector<std::string> names;
  for (const std::string_view name : split(text, ' ')) {
    if (!name.empty()) names.emplace_back(name);
  }
  return names;
}

// The values of one claim's request: "value" and "values" (§5.5.1).
std::vector<std::string> values_of(const Json& wish) {
  std::vector<std::string> values;
  if (const std::string* value = wish.find_string("value")) values.push_back(*value);
  if (auto more = wish.find_strings("values")) {
    values.insert(values.end(), more->begin(), more->end());
  }
  return values;
}

// §5.5.1: null, or an object whose essential is a boolean.
Result<Unit, std::string> check_wish(std::string_view name, const Json& wish) {
  if (wish.is_null()) return Unit{};
  const Json* essential = wish.find("essential");
  if (!wish.as_object() || (essential && !essential->as_bool())) {
    return fail("claims: " + printable(name) + " is asked for by null or by an object");
  }
  return Unit{};
}

Result<std::vector<std::string>, std::string> read_names(const Json& member) {
  if (!member.as_object()) return fail(std::string("claims: userinfo and id_token are objects"));
  std::vector<std::string> names;
  for (const auto& [name, wish] : *member.as_object()) {
    TRY(check_wish(name, wish));
    if (!scope_of_claim(name).empty()) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

void read_identity(const Json& member, ClaimsParameter& out) {
  if (const Json* wish = member.find("sub")) {
    const std::vector<std::string> values = values_of(*wish);
    if (!values.empty()) out.subject = values.front();
  }
}

}  // namespace

const std::vector<std::string_view>& standard_claims() {
  static const std::vector<std::string_view> names = [] {
    std::vector<std::string_view> all;
    for (const auto& [claim, scope] : scopes_by_claim()) all.push_back(claim);
    return all;
  }();
  return names;
}

std::string_view scope_of_claim(std::string_view claim) {
  const auto row = scopes_by_claim().find(claim);
  return row == scopes_by_claim().end() ? std::string_view() : row->second;
}

ScopeSet ClaimsRequest::scopes() const {
  std::vector<std::string> scopes;
  for (const auto* names : {&userinfo, &id_token}) {
    for (const std::string& name : *names) scopes.emplace_back(scope_of_claim(name));
  }
  return ScopeSet::of(scopes);
}

std::string ClaimsRequest::to_text() const {
  return empty() ? std::string() : joined(userinfo) + "|" + joined(id_token);
}

ClaimsRequest ClaimsRequest::of_text(std::string_view text) {
  const std::size_t bar = text.find('|');
  if (bar == text.npos) return {};
  return {names_in(text.substr(0, bar)), names_in(text.substr(bar + 1))};
}

ClaimsRequest ClaimsRequest::within(const ScopeSet& allowed) const {
  ClaimsRequest left = *this;
  for (auto* names : {&left.userinfo, &left.id_token}) {
    std::erase_if(*names,
                  [&](const std::string& name) { return !allowed.has(scope_of_claim(name)); });
  }
  return left;
}

Result<ClaimsParameter, std::string> read_claims_parameter(std::string_view text) {
  const Result<Json, std::string> json = Json::parse(text, kBytesMax);
  if (!json) return fail("claims: " + json.error());
  if (!json->as_object()) return fail(std::string("claims is no JSON object"));
  ClaimsParameter out;
  if (const Json* userinfo = json->find("userinfo")) {
    out.request.userinfo = TRY(read_names(*userinfo));
    read_identity(*userinfo, out);
  }
  if (const Json* id_token = json->find("id_token")) {
    out.request.id_token = TRY(read_names(*id_token));
    read_identity(*id_token, out);
    if (const Json* acr = id_token->find("acr")) {
      const bool* essential = acr->find_bool("essential");
      out.acr = values_of(*acr);
      out.acr_is_essential = essential && *essential && !out.acr.empty();
    }
  }
  return out;
}

Json released_claims(const Json& claims, const ScopeSet& scope,
                     const std::vector<std::string>& names) {
  Json out = Json::object();
  if (scope.empty() && names.empty()) return out;
  for (const auto& [claim, of_scope] : scopes_by_claim()) {
    const bool asked =
        scope.has(of_scope) || std::ranges::find(names, claim) != names.end();
    const Json* value = asked ? claims.find(claim) : nullptr;
    if (value && !value->is_null()) out.set(std::string(claim), *value);
  }
  return out;
}

}  // namespace grantd::core
