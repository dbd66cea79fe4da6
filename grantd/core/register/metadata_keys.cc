// Keys of a client's own, and what it signs with them.
#include <algorithm>

#include "grantd/base/encoding.h"
#include "grantd/core/register/metadata.h"
#include "grantd/jose/jwks.h"

namespace grantd::core {
namespace {

constexpr std::string_view kRfc = "RFC 7591 §2";
constexpr std::string_view kOpenidRegistration = "OpenID Connect Registration §2";
constexpr std::size_t kRequestUrisMax = 20;

// RFC 7518 §6.2.2, §6.3.2, §6.4.1.
constexpr std::string_view kPrivateMembers[] = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"};

// RFC 7591 §2, checklist DR-07: public keys. Who sends another one has given it away, and is told.
Result<Unit, Refusal> check_public(const Json& jwks) {
  const Json* keys = jwks.find("keys");
  if (!keys || !keys->as_array() || keys->as_array()->empty()) {
    return fail(refuse_member("jwks", "a JWK set with keys", "RFC 7517 §5"));
  }
  for (const Json& key : *keys->as_array()) {
    const bool exposed = std::ranges::any_of(
        kPrivateMembers, [&](std::string_view name) { return key.find(name) != nullptr; });
    const std::string* type = key.find_string("kty");
    if (exposed || (type && *type == "oct")) {
      return fail(refuse_member("jwks", "public keys; do not use this key any more",
                                "RFC 7591 §2, RFC 7518 §6", "a private or symmetric key"));
    }
  }
  return Unit{};
}

// A key that can sign what the client has said it signs. Others, such as those for encryption, may
// stand beside it.
Result<Unit, Refusal> check_usable(const jose::KeySet& keys, const Client& client) {
  const auto has_key_for = [&](std::optional<jose::Algorithm> algorithm) {
    return std::ranges::any_of(keys.keys(), [&](const jose::PublishedKey& key) {
      if (!algorithm) return true;
      return jose::fits(key.key.type(), *algorithm) &&
             (!key.algorithm || *key.algorithm == *algorithm);
    });
  };
  const bool asserts = client.auth_method == AuthMethod::private_key_jwt;
  if ((asserts && !has_key_for(client.assertion_algorithm)) ||
      (client.request_object_algorithm && !has_key_for(client.request_object_algorithm))) {
    return fail(refuse_member(
        "jwks", "a public key for the registered signatures: ES256, RS256, PS256 or EdDSA", kRfc,
        keys.skipped().empty() ? "none that fits" : keys.skipped().front()));
  }
  return Unit{};
}

Result<Unit, Refusal> read_jwks(const Members& members, Client& client) {
  const Json* jwks = members.find("jwks");
  if (!jwks) return Unit{};
  TRY(check_public(*jwks));
  const auto keys = jose::KeySet::from_json(*jwks);
  if (!keys) {
    return fail(refuse_member("jwks", "a JWK set of at most 100 keys", "RFC 7517 §5",
                              keys.error().reason));
  }
  TRY(check_usable(*keys, client));
  client.jwks = jwks->dump();
  return Unit{};
}

// RFC 7518 §3.1: asymmetric alone; neither `none` nor HMAC.
Result<std::optional<jose::Algorithm>, Refusal> read_algorithm(const Members& members,
                                                               std::string_view name) {
  const std::optional<std::string> text = TRY(members.text(name));
  if (!text) return std::nullopt;
  const std::optional<jose::Algorithm> algorithm = jose::algorithm_named(*text);
  if (algorithm) return algorithm;
  return fail(refuse_member(name, "ES256, RS256, PS256 or EdDSA", kOpenidRegistration, *text));
}

// OpenID Connect Core §6.2: https; a fragment may hold the content's hash.
Result<Unit, Refusal> read_request_uris(const Members& members, Client& client) {
  client.request_uris = TRY(members.texts("request_uris"));
  if (client.request_uris.size() > kRequestUrisMax) {
    return fail(refuse_member("request_uris", "at most " + std::to_string(kRequestUrisMax),
                              kOpenidRegistration));
  }
  for (const std::string& uri : client.request_uris) {
    if (is_https(uri, Fragment::allowed)) continue;
    return fail(refuse_member("request_uris", "https URLs", kOpenidRegistration, uri));
  }
  return Unit{};
}

}  // namespace

Result<Unit, Refusal> read_keys(const Members& members, Client& client) {
  client.assertion_algorithm = TRY(read_algorithm(members, "token_endpoint_auth_signing_alg"));
  client.request_object_algorithm = TRY(read_algorithm(members, "request_object_signing_alg"));
  // RFC 9101 §10.5.
  client.require_request_object = TRY(members.flag("require_signed_request_object"));
  TRY(read_request_uris(members, client));
  client.jwks_uri = TRY(members.https("jwks_uri", "RFC 7591 §2"));
  TRY(read_jwks(members, client));
  // RFC 7591 §2: by value or by reference, never both.
  if (!client.jwks.empty() && !client.jwks_uri.empty()) {
    return fail(refuse_member("jwks", "jwks or jwks_uri, not both", kRfc));
  }
  const bool none = client.jwks.empty() && client.jwks_uri.empty();
  if (none && client.auth_method == AuthMethod::private_key_jwt) {
    return fail(refuse_member("jwks", "jwks or jwks_uri with private_key_jwt", kRfc));
  }
  if (none && (client.request_object_algorithm || client.require_request_object)) {
    return fail(refuse_member("jwks", "jwks or jwks_uri for signed request objects",
                              "RFC 9101 §10.5"));
  }
  return Unit{};
}

}  // namespace grantd::core
