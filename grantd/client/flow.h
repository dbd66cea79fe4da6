// client: I ask. The app's side of the flow.
//
// What lives here: the flow itself, pure (this header): values in, values out, no socket, no clock,
// no randomness of its own; so an app can run it under any HTTP library. client.h runs it with
// sockets. What does not: what the server decides (core/), what an API checks (guard/).
//
//   start       → a URL for the browser, and a Pending that this browser's session keeps
//   finish      → the callback's query against that Pending: a POST to the token endpoint
//   read_tokens → its answer: tokens, or what went wrong
//   check_id_token (id_token.h) → who signed in
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "grantd/base/bytes.h"
#include "grantd/base/secret.h"
#include "grantd/base/time.h"
#include "grantd/client/error.h"
#include "grantd/client/id_token.h"
#include "grantd/client/message.h"
#include "grantd/client/provider.h"
#include "grantd/oauth/ids.h"
#include "grantd/oauth/redirect_uri.h"
#include "grantd/oauth/scope.h"

namespace grantd::client {

// How the client proves itself at the token endpoint (RFC 6749 §2.3, OpenID Connect Core §9).
enum class ClientAuth { none, client_secret_basic, client_secret_post, private_key_jwt };

// A key of the client's own, whose public half the server has (private_key_jwt).
struct ClientKey {
  jose::PrivateKey key;
  jose::Algorithm algorithm = jose::Algorithm::es256;
  std::string kid = {};  // as registered; empty: the server has but one key of ours
};

// A PKCS#8 private key in PEM ("-----BEGIN PRIVATE KEY-----"): ES256 with P-256, EdDSA with
// Ed25519, RS256 with RSA.
Result<ClientKey, FlowError> read_client_key(std::string_view pem, std::string kid = {});

// What the app knows of itself and of its server.
struct Settings {
  Provider provider;
  oauth::ClientId client_id;
  ClientAuth auth = ClientAuth::none;
  Secret client_secret;             // with client_secret_basic and client_secret_post alone
  std::optional<ClientKey> key;     // with private_key_jwt alone
  oauth::RedirectUri redirect_uri;  // left as it is where no browser is involved
  oauth::ScopeSet scope;            // empty: the server's default; with openid: an ID token too
  std::optional<seconds> max_age;   // the person must have signed in at most so long ago
  std::vector<std::string> acr_values;  // one of these ways; checked in the ID token
  Parameters extra;  // of the authorization request: resource, prompt, ui_locales, login_hint …
  std::optional<jose::Algorithm> id_token_algorithm;  // as registered; else what the server offers
};

// The time, and 112 bytes of the CSPRNG, drawn anew for each call (client.h: draw_moment).
struct Moment {
  Time now{};
  ByteArray<32> state{};
  ByteArray<32> verifier{};
  ByteArray<32> nonce{};
  ByteArray<16> jti{};  // of the client's assertion
};

// What must be remembered between start and finish. It belongs to the browser that began: keep it
// in that browser's session, never in a table that any browser reaches by `state` (CL-12), and take
// it out before finish, so that an answer counts once (CL-01). Whoever holds it and the code can
// redeem the code: treat it as a secret.
struct Pending {
  std::string state;
  Secret verifier;    // RFC 7636 §4.1
  std::string nonce;  // empty: no ID token was asked for
  oauth::Issuer issuer;
  oauth::ClientId client_id;
  std::string redirect_uri;
  oauth::ScopeSet scope;
  std::optional<seconds> max_age;
  std::vector<std::string> acr_values;

  Pending() = default;
  Pending(Pending&&) = default;
  Pending& operator=(Pending&&) = default;  // not copied: one flow, one answer

  std::string to_text() const;  // one line of JSON
  static Result<Pending, FlowError> parse(std::string_view text);
};

struct Started {
  std::string url;  // where the browser goes
  Pending pending;
};

// The authorization request (RFC 6749 §4.1.1) with state and PKCE S256 always, with nonce where an
// ID token is asked for. The error is of kind settings: an endpoint without protection, no redirect
// URI, an `extra` that is the flow's own.
Result<Started, FlowError> start(const Settings& settings, const Moment& moment);

struct Exchange {
  Request request;        // to the token endpoint
  oauth::ScopeSet scope;  // as it was asked for
  bool wants_id_token = false;
  Expected id_token;  // what it must say; set access_token to what came with it
};

// Judges the callback (`query`: after '?', not decoded) and makes the token request (RFC 6749
// §4.1.3). Uses `pending` up, whatever comes out: a second answer finds nothing. In order: nothing
// twice, state (RFC 6749 §10.12), iss (RFC 9207 §2.4), an error of the server's, the code.
Result<Exchange, FlowError> finish(const Settings& settings, Pending&& pending,
                                   std::string_view query, const Moment& moment);

// What an ID token for this app must say, the flow's own values apart.
Expected expected_of(const Settings& settings);

// RFC 6749 §6; an empty scope asks for what was granted.
Result<Request, FlowError> refresh_request(const Settings& settings, const Secret& refresh_token,
                                           const Moment& moment, const oauth::ScopeSet& scope = {});

// RFC 6749 §4.4, with the scope of the settings. `extra`: resource.
Result<Request, FlowError> client_credentials_request(const Settings& settings,
                                                      const Moment& moment,
                                                      const Parameters& extra = {});

struct Tokens {
  Secret access_token;
  std::string token_type;                          // "Bearer"
  std::optional<std::chrono::seconds> expires_in;  // from the answer on
  std::optional<Secret> refresh_token;
  std::optional<oauth::ScopeSet> scope;  // nothing: as asked (RFC 6749 §5.1)
  std::optional<std::string> id_token;   // as it came: check_id_token
};

// The token endpoint's answer (RFC 6749 §5.1, §5.2). A redirect is an error (CL-04).
Result<Tokens, FlowError> read_tokens(const Response& response);

// RFC 7009 §2.1. `hint`: "refresh_token" or "access_token". Ends what hangs on it, as the server
// has it (§2.1: with a refresh token, all of the grant).
Result<Request, FlowError> revocation_request(const Settings& settings, const Secret& token,
                                              std::string_view hint, const Moment& moment);
// RFC 7009 §2.2: a token that the server does not know is as good as revoked.
Result<Unit, FlowError> read_revocation(const Response& response);

// Where the browser goes to sign out at the server too (OpenID Connect RP-Initiated Logout §2).
// The server may ask the person. `after`: a registered post_logout_redirect_uri, or empty; `state`
// comes back with it.
Result<std::string, FlowError> end_session_url(const Settings& settings,
                                               std::string_view id_token_hint,
                                               std::string_view after = {},
                                               std::string_view state = {});

}  // namespace grantd::client
