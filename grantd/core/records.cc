#include "grantd/core/records.h"

#include <algorithm>
#include <array>
#include <utility>

namespace grantd::core {
namespace {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

constexpr Names<GrantType, 3> kGrantTypes{{
    {GrantType::authorization_code, "authorization_code"},
    {GrantType::refresh_token, "refresh_token"},
    {GrantType::client_credentials, "client_credentials"},
}};
constexpr Names<AuthMethod, 4> kAuthMethods{{
    {AuthMethod::none, "none"},
    {AuthMethod::client_secret_basic, "client_secret_basic"},
    {AuthMethod::client_secret_post, "client_secret_post"},
    {AuthMethod::private_key_jwt, "private_key_jwt"},
}};
constexpr Names<AssertionAudience, 2> kAssertionAudiences{{
    {AssertionAudience::issuer_or_endpoint, "issuer_or_endpoint"},
    {AssertionAudience::issuer, "issuer"},
}};
constexpr Names<PkcePolicy, 2> kPkcePolicies{{
    {PkcePolicy::required, "required"},
    {PkcePolicy::optional, "optional"},
}};
constexpr Names<ConsentPolicy, 2> kConsentPolicies{{
    {ConsentPolicy::ask, "ask"},
    {ConsentPolicy::implied, "implied"},
}};
constexpr Names<TokenFormat, 2> kTokenFormats{{
    {TokenFormat::jwt, "jwt"},
    {TokenFormat::opaque, "opaque"},
}};
constexpr Names<SubjectType, 2> kSubjectTypes{{
    {SubjectType::public_, "public"},
    {SubjectType::pairwise, "pairwise"},
}};
constexpr Names<KeyUse, 5> kKeyUses{{
    {KeyUse::sign, "sign"},
    {KeyUse::seal_front, "seal_front"},
    {KeyUse::seal_refresh, "seal_refresh"},
    {KeyUse::remember, "remember"},
    {KeyUse::pairwise, "pairwise"},
}};
constexpr Names<KeyState, 3> kKeyStates{{
    {KeyState::next, "next"},
    {KeyState::current, "current"},
    {KeyState::retired, "retired"},
}};

template <class Enum, std::size_t N>
std::string_view name_of(const Names<Enum, N>& names, Enum value) {
  for (const auto& [each, name] : names) {
    if (each == value) return name;
  }
  return "?";
}

template <class Enum, std::size_t N>
std::optional<Enum> value_of(const Names<Enum, N>& names, std::string_view text) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  return {};
}

}  // namespace

std::string_view to_text(GrantType type) { return name_of(kGrantTypes, type); }
std::string_view to_text(AuthMethod method) { return name_of(kAuthMethods, method); }
std::string_view to_text(AssertionAudience audience) {
  return name_of(kAssertionAudiences, audience);
}
std::string_view to_text(PkcePolicy policy) { return name_of(kPkcePolicies, policy); }
std::string_view to_text(ConsentPolicy policy) { return name_of(kConsentPolicies, policy); }
std::string_view to_text(TokenFormat format) { return name_of(kTokenFormats, format); }
std::string_view to_text(SubjectType type) { return name_of(kSubjectTypes, type); }
std::string_view to_text(KeyUse use) { return name_of(kKeyUses, use); }
std::string_view to_text(KeyState state) { return name_of(kKeyStates, state); }

std::optional<GrantType> parse_grant_type(std::string_view text) {
  return value_of(kGrantTypes, text);
}
std::optional<AuthMethod> parse_auth_method(std::string_view text) {
  return value_of(kAuthMethods, text);
}
std::optional<AssertionAudience> parse_assertion_audience(std::string_view text) {
  return value_of(kAssertionAudiences, text);
}
std::optional<PkcePolicy> parse_pkce_policy(std::string_view text) {
  return value_of(kPkcePolicies, text);
}
std::optional<ConsentPolicy> parse_consent_policy(std::string_view text) {
  return value_of(kConsentPolicies, text);
}
std::optional<TokenFormat> parse_token_format(std::string_view text) {
  return value_of(kTokenFormats, text);
}
std::optional<SubjectType> parse_subject_type(std::string_view text) {
  return value_of(kSubjectTypes, text);
}
std::optional<KeyUse> parse_key_use(std::string_view text) { return value_of(kKeyUses, text); }
std::optional<KeyState> parse_key_state(std::string_view text) {
  return value_of(kKeyStates, text);
}

bool Client::may(GrantType type) const {
  return std::find(grant_types.begin(), grant_types.end(), type) != grant_types.end();
}

ScopeSet Resource::scope_set() const {
  std::vector<std::string> names;
  names.reserve(scopes.size());
  for (const ResourceScope& scope : scopes) names.push_back(scope.name);
  return ScopeSet::of(names);
}

const ResourceScope* Resource::find(std::string_view scope) const {
  for (const ResourceScope& each : scopes) {
    if (each.name == scope) return &each;
  }
  return nullptr;
}

}  // namespace grantd::core
