#include "grantd/core/register/metadata.h"

#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/oauth/absolute_uri.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRfc = "RFC 7591 §2";
constexpr std::size_t kNameMax = 200;

// RFC 7591 §2.2: a member in several languages, "client_name#de".
struct Worded {
  std::string_view base;
  bool tagged = false;
};
Worded split_language(std::string_view name) {
  const std::size_t mark = name.find('#');
  if (mark == name.npos) return {name};
  const std::string_view tag = name.substr(mark + 1);
  const bool is_tag = !tag.empty() && tag.size() <= 35 &&
                      lower_ascii(tag).find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") ==
                          std::string::npos;
  return {is_tag ? name.substr(0, mark) : std::string_view(), true};
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::ranges::find(names, name) != names.end();
}

// Texts and links that are for people; links are never fetched (checklist DR-04).
Result<Unit, Refusal> read_words(const Json& document, Client& client) {
  const Members members(document);
  for (const auto& [name, value] : *document.as_object()) {
    const auto [base, tagged] = split_language(name);
    if (is_one_of(base, {"client_uri", "logo_uri", "policy_uri", "tos_uri"})) {
      const std::string uri = TRY(members.https(name, "OpenID Connect Registration §2"));
      if (!uri.empty()) client.about.set(name, uri);
    } else if (base == "client_name") {
      const std::optional<std::string> text = TRY(members.text(name));
      if (text && text->size() > kNameMax) {
        return fail(refuse_member("client_name", "at most 200 bytes", kRfc, *text));
      }
      if (text && tagged) client.about.set(name, *text);
      if (text && !tagged) client.name = *text;
    }
  }
  return Unit{};
}

// What is kept and given back, and decides nothing here.
Result<Unit, Refusal> read_kept(const Members& members, Client& client) {
  for (const std::string_view name : {"software_id", "software_version"}) {
    const std::optional<std::string> text = TRY(members.text(name));
    if (text) client.about.set(std::string(name), *text);
  }
  for (const std::string_view name : {"contacts", "default_acr_values"}) {
    const std::vector<std::string> texts = TRY(members.texts(name));
    Json items = Json::array();
    for (const std::string& text : texts) items.push_back(text);
    if (!texts.empty()) client.about.set(std::string(name), std::move(items));
  }
  // OpenID Connect Registration §2: ID tokens have auth_time always, so either value is met.
  if (members.find("require_auth_time")) {
    client.about.set("require_auth_time", TRY(members.flag("require_auth_time")));
  }
  // OpenID Connect Core §4: https, since browsers are sent there.
  const std::string uri =
      TRY(members.https("initiate_login_uri", "OpenID Connect Registration §2"));
  if (!uri.empty()) client.about.set("initiate_login_uri", uri);
  return Unit{};
}

// RFC 7591 §2: left out, the configured default. More than that is the operator's to give; what he
// gave before an update may stay.
Result<Unit, Refusal> read_scope(const Members& members, const Policy& policy, Client& client) {
  const ScopeSet& offered = policy.registration.scope;
  const ScopeSet most = offered.united(client.scope);
  const std::optional<std::string> text = TRY(members.text("scope"));
  std::optional<ScopeSet> asked = offered;
  if (text) asked = ScopeSet::parse(*text);
  if (!asked || !most.includes(*asked)) {
    return fail(refuse_member("scope", "no more than: " + most.to_text(), kRfc, text.value_or("")));
  }
  // OpenID Connect Core §11: offline_access is for who may refresh. The answer says what is
  // registered (RFC 7591 §3.2.1).
  client.scope = client.may(GrantType::refresh_token)
                     ? *std::move(asked)
                     : asked->without(oauth::kOfflineAccess);
  client.default_scope = client.default_scope.intersection(client.scope);
  return Unit{};
}

// Checklist DR-05: what the operator vouched for was the app that he saw.
void keep_the_operators_word(const Client& before, Client& client) {
  const bool same = client.name == before.name && client.redirect_uris == before.redirect_uris;
  client.verified = same && before.verified;
  client.consent = same ? before.consent : ConsentPolicy::ask;
}

}  // namespace

Result<ClientMetadata, Refusal> read_client_metadata(const Json& document, const Client& before,
                                                     const Policy& policy) {
  if (!document.as_object()) {
    return fail(refuse_member("the body", "a JSON object", "RFC 7591 §3.1", document.dump()));
  }
  const Members members(document);
  ClientMetadata metadata;
  Client& client = metadata.client;
  client.id = before.id;
  client.incarnation = before.incarnation;
  client.counter = before.counter;
  client.version = before.version;
  client.disabled = before.disabled;
  client.created = before.created;
  client.secrets = before.secrets;
  client.token_format = before.token_format;
  client.assertion_audience = before.assertion_audience;
  client.scope = before.scope;
  client.default_scope = before.default_scope;
  client.self_registration = before.self_registration;
  client.name = before.id.str();

  TRY(refuse_what_is_not_offered(members));
  TRY(read_grants(members, client));
  TRY(read_redirect_uris(members, policy, client));
  TRY(read_words(document, client));
  TRY(read_kept(members, client));
  TRY(read_scope(members, policy, client));
  TRY(read_keys(members, client));
  TRY(read_openid(members, policy, metadata));
  // RFC 9700 §2.1.1: a public client always; a confidential one as the configuration says, or as
  // the operator said of this one.
  const bool was_confidential = before.version != 0 && !before.is_public();
  client.pkce = client.is_public()   ? PkcePolicy::required
                : was_confidential ? before.pkce
                                     : policy.registration.pkce;
  keep_the_operators_word(before, client);
  return metadata;
}

Result<Unit, Refusal> check_sector(std::string_view body, const Client& client) {
  constexpr std::string_view kName = "sector_identifier_uri";
  constexpr std::string_view kCitation = "OpenID Connect Registration §5";
  const auto document = Json::parse(body);
  const Json::Array* items = document ? document->as_array() : nullptr;
  if (!items) {
    return fail(refuse_member(kName, "a JSON array of redirect URIs at that URL", kCitation));
  }
  for (const RedirectUri& uri : client.redirect_uris) {
    if (std::ranges::find(*items, Json(uri.str())) == items->end()) {
      return fail(refuse_member(kName, "every redirect URI in the list at that URL", kCitation,
                                uri.str()));
    }
  }
  return Unit{};
}

}  // namespace grantd::core
