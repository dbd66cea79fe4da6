// What is remembered: one struct a table. Plain values; how they lie on a disk is the store's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "grantd/base/hash.h"
#include "grantd/base/json.h"
#include "grantd/base/secret.h"
#include "grantd/base/time.h"
#include "grantd/jose/jwk.h"
#include "grantd/oauth/ids.h"
#include "grantd/oauth/redirect_uri.h"
#include "grantd/oauth/scope.h"

namespace grantd::core {

using oauth::Audience;
using oauth::ClientId;
using oauth::ConsentId;
using oauth::Epoch;
using oauth::GrantId;
using oauth::Incarnation;
using oauth::RedirectUri;
using oauth::ScopeSet;
using oauth::SessionId;
using oauth::SubjectId;
using oauth::TokenId;

// Raised by each change of a row; guards compare it. 0: no row.
using Version = std::uint64_t;
// Raised by "revoke all" (a client) or by a new password, disabling, signing out everywhere (a
// person): whatever names an older value is dead.
using Counter = std::uint64_t;

enum class GrantType { authorization_code, refresh_token, client_credentials };
// RFC 7591 §2; private_key_jwt: OpenID Connect Core §9.
enum class AuthMethod { none, client_secret_basic, client_secret_post, private_key_jwt };
// What an assertion may name as its audience (RFC 7523 §3). `issuer`: it alone, as one string.
enum class AssertionAudience { issuer_or_endpoint, issuer };
enum class PkcePolicy { required, optional };  // optional: confidential clients only
enum class ConsentPolicy { ask, implied };     // implied: the operator's own apps
enum class TokenFormat { jwt, opaque };
// Core §8. pairwise: `sub` differs from sector to sector, so that apps cannot compare notes.
enum class SubjectType { public_, pairwise };

std::string_view to_text(GrantType type);
std::string_view to_text(AuthMethod method);
std::string_view to_text(AssertionAudience audience);
std::string_view to_text(PkcePolicy policy);
std::string_view to_text(ConsentPolicy policy);
std::string_view to_text(TokenFormat format);
std::string_view to_text(SubjectType type);
std::optional<GrantType> parse_grant_type(std::string_view text);
std::optional<AuthMethod> parse_auth_method(std::string_view text);
std::optional<AssertionAudience> parse_assertion_audience(std::string_view text);
std::optional<PkcePolicy> parse_pkce_policy(std::string_view text);
std::optional<ConsentPolicy> parse_consent_policy(std::string_view text);
std::optional<TokenFormat> parse_token_format(std::string_view text);
std::optional<SubjectType> parse_subject_type(std::string_view text);

// A client's secret, never as sent. We made it (256 bits): its SHA-256. It was imported: Argon2id.
struct ClientSecret {
  std::optional<Hash256> sha256;
  std::string argon2id;  // a PHC string; empty where sha256 is set
  Time created{};
  std::optional<Time> expires;
};

// Where a client hears that a session ended (OpenID Connect Back-Channel Logout §2.2, Front-Channel
// Logout §2).
struct LogoutChannel {
  std::string uri;                // empty: it wants to hear nothing this way
  bool session_required = false;  // it needs `sid`
};

// What dynamic registration adds (RFC 7591, RFC 7592).
struct SelfRegistration {
  Hash256 token_hash{};  // SHA-256 of the registration access token
  bool used = false;     // it was given a token once
  Time unused_until{};   // one that never was goes by itself then
};

struct Client {
  ClientId id;
  Incarnation incarnation;
  Counter counter = 1;
  Version version = 0;
  bool disabled = false;
  Time created{};

  std::string name;  // shown to people
  bool verified = false;  // the operator vouches for who makes it
  std::string home_uri;   // https, where "back to the app" leads; may be empty
  AuthMethod auth_method = AuthMethod::client_secret_basic;
  std::vector<ClientSecret> secrets;  // two at most are live: RFC 7591 §3.2.1, rotation
  std::vector<RedirectUri> redirect_uris;
  std::vector<GrantType> grant_types;
  ScopeSet scope;          // the most it may ask for
  ScopeSet default_scope;  // what a request without `scope` asks for (RFC 6749 §3.3)
  PkcePolicy pkce = PkcePolicy::required;
  ConsentPolicy consent = ConsentPolicy::ask;

  // OpenID Connect Dynamic Client Registration §2.
  jose::Algorithm id_token_algorithm = jose::Algorithm::rs256;
  std::optional<jose::Algorithm> userinfo_algorithm;  // absent: userinfo is plain JSON
  SubjectType subject_type = SubjectType::public_;
  std::string sector;                         // the host that pairwise subjects are drawn for
  std::optional<TokenFormat> token_format;    // absent: as the API has it
  std::optional<Duration> default_max_age;    // absent: none
  std::vector<RedirectUri> post_logout_redirect_uris;  // RP-Initiated Logout §3.1
  LogoutChannel backchannel_logout;
  LogoutChannel frontchannel_logout;

  // Keys of its own: a set by value or by reference, never both (RFC 7591 §2).
  std::string jwks;      // a JWK set as JSON text, public keys only; empty: none
  std::string jwks_uri;  // https; empty: none
  std::optional<jose::Algorithm> assertion_algorithm;  // absent: any that fits its keys
  AssertionAudience assertion_audience = AssertionAudience::issuer_or_endpoint;

  // Request objects (OpenID Connect Core §6, RFC 9101).
  std::optional<jose::Algorithm> request_object_algorithm;  // absent: any that fits its keys
  bool require_request_object = false;                      // RFC 9101 §10.5
  std::vector<std::string> request_uris;                    // https, a fragment is a hash

  std::optional<SelfRegistration> self_registration;  // absent: the operator made it
  // Metadata that is kept and given back, and decides nothing: "contacts", "logo_uri", "tos_uri", …
  Json about = Json::object();

  bool is_public() const { return auth_method == AuthMethod::none; }
  bool has_secret() const {
    return auth_method == AuthMethod::client_secret_basic ||
           auth_method == AuthMethod::client_secret_post;
  }
  bool wants_logout() const {
    return !backchannel_logout.uri.empty() || !frontchannel_logout.uri.empty();
  }
  bool may(GrantType type) const;
};

// A scope of an API with its words in each language ("en", "de"); "en" stands in for a missing one.
struct ScopeText {
  std::string title;   // what the person reads: "See your notes"
  std::string detail;  // a second, smaller line; may be empty
};
struct ResourceScope {
  std::string name;
  std::map<std::string, ScopeText> texts;
};

// A client that may ask about an API's tokens. Its name used again is another client.
struct Introspector {
  ClientId client;
  Incarnation incarnation;
};

// An API: who tokens are for, and what its scopes mean.
struct Resource {
  Audience audience;
  Version version = 0;
  std::string name;
  std::vector<ResourceScope> scopes;
  TokenFormat token_format = TokenFormat::jwt;
  Duration token_lifetime = std::chrono::minutes(15);
  std::vector<Introspector> introspectors;

  ScopeSet scope_set() const;
  const ResourceScope* find(std::string_view scope) const;
};

struct User {
  SubjectId id;
  std::string login;  // canonical: lower-case ASCII or an e-mail address
  Counter counter = 1;
  Version version = 0;
  bool disabled = false;
  Time created{};
  std::string password;  // a PHC string (argon2id); empty: no password, nobody can sign in with one
  Json claims;           // an object of standard claims (OpenID Connect Core §5.1): "name", …
};

struct Session {
  SessionId id;
  Hash256 secret_hash{};  // SHA-256 of the cookie's secret half
  Version version = 0;
  SubjectId subject;
  Counter user_counter = 0;
  Epoch epoch;
  Time auth_time{};
  std::string amr;  // how: "pwd" (RFC 8176)
  Time created{};
  Time last_seen{};
  Time expires{};  // the absolute end
  bool ended = false;
};

// The promise that an app hears when a session ends. One row a (session, client), and only for apps
// that want to hear (Client::wants_logout); it goes when the app was told, or never will be.
struct SessionClient {
  SessionId session;
  ClientId client;
  Incarnation incarnation;
  SubjectId subject;          // whose session it is: its own row goes earlier than this one
  std::optional<Time> ended;  // when the session ended; absent: it has not
  Time due{};                 // of an ended one: when to tell, or to try again
  std::uint32_t tries = 0;
};

// What a person allowed an app. One row a (subject, client).
struct Consent {
  ConsentId id;  // drawn anew after each withdrawal
  Version version = 0;
  SubjectId subject;
  ClientId client;
  Incarnation incarnation;
  ScopeSet scope;
  Time created{};
  Time changed{};
};

enum class GrantState { live, revoked, refused };  // refused: the code was burned, nothing issued

// The one row of a flow. Its id is the code's, so it is also the mark that the code was used.
struct Grant {
  GrantId id;
  Version version = 0;
  GrantState state = GrantState::live;
  ClientId client;
  Incarnation incarnation;
  Counter client_counter = 0;
  SubjectId subject;
  Counter user_counter = 0;
  std::optional<SessionId> session;  // absent: offline
  ConsentId consent;
  ScopeSet scope;  // says which APIs it is for, too (resource_indicators.h)
  Time auth_time{};
  std::string amr;
  std::string claims;               // ClaimsRequest (oidc/claims.h) as text; mostly empty
  std::uint32_t generation = 0;     // of the refresh token; 0: none was given
  Time rotated{};                   // when the generation last rose
  Time created{};
  Time last_used{};
  Time expires{};       // the absolute end of what it can yield
  Time code_expires{};  // the row stays until ten minutes after
  std::string ended_because;  // for the operator: "replayed", "revoked by client", …
};

enum class KeyUse { sign, seal_front, seal_refresh, remember, pairwise };
enum class KeyState { next, current, retired };

// A key, wrapped under the deployment's master key. `seal_front`: codes, forms, cookies.
// `pairwise`: subjects are drawn with it, so it never rotates.
struct Key {
  std::string id;  // signing: the `kid`; sealing: the decimal key id
  KeyUse use = KeyUse::sign;
  std::string algorithm;  // "ES256", "RS256", "XChaCha20-Poly1305"
  KeyState state = KeyState::current;
  Version version = 0;
  Time created{};
  Time state_since{};
  Bytes wrapped;
};

std::string_view to_text(KeyUse use);
std::string_view to_text(KeyState state);
std::optional<KeyUse> parse_key_use(std::string_view text);
std::optional<KeyState> parse_key_state(std::string_view text);

// A single access token that was revoked; the row goes when the token would have expired.
struct RevokedToken {
  TokenId id;
  Time expires{};
};

struct Meta {
  int schema = 0;
  oauth::Issuer issuer;
  Epoch epoch;
  std::uint64_t configuration = 0;  // raised by each change to clients, resources, keys
  Time latest{};                    // the latest commit: time never runs backwards
};

}  // namespace grantd::core
