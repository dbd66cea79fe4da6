// client: I ask. The app's side of the flow.
//
// What lives here: the flow itself, pure (this header): values in, values out, no socket, no clock,
// no randomness of its own; so an app can run it under any HTTP library. What does not: what the
// server decides (core/), what an API checks (guard/).
//
//   start    → a URL for the browser, and a Pending that this browser's session keeps
//   finish   → the callback's query against that Pending: a POST to the token endpoint
//   read_tokens → its answer: tokens, or what went wrong
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "grantd/base/bytes.h"
#include "grantd/base/result.h"
#include "grantd/base/secret.h"
#include "grantd/oauth/ids.h"
#include "grantd/oauth/redirect_uri.h"
#include "grantd/oauth/scope.h"

namespace grantd::client {

using Parameters = std::vector<std::pair<std::string, std::string>>;

// How the client proves itself at the token endpoint (RFC 6749 §2.3).
enum class ClientAuth { none, client_secret_basic, client_secret_post };

// What the app knows of itself and of its server.
struct Settings {
  oauth::Issuer issuer;                // byte for byte as the server's metadata has it
  std::string authorization_endpoint;  // https, or http to this machine
  std::string token_endpoint;
  oauth::ClientId client_id;
  ClientAuth auth = ClientAuth::none;
  Secret client_secret;             // empty with none, and only then
  oauth::RedirectUri redirect_uri;  // left as it is where no browser is involved
  oauth::ScopeSet scope;            // empty: the server's default
  Parameters extra;                 // of the authorization request: resource, prompt, ui_locales …
  // RFC 9207 §3: the metadata says authorization_response_iss_parameter_supported. Set it whenever
  // it is known: it is the defence against mix-up where an app has more than one server.
  bool iss_expected = true;
};

enum class FlowProblem {
  settings,   // ours: the app is set up wrongly; nothing was sent
  foreign,    // the answer does not belong to what was asked: an attack, or another tab's. Drop it.
  malformed,  // the server's answer breaks the protocol
  refused,    // the server said an error: see code
  unavailable,  // the server cannot answer now; asking again later makes sense
};

// What went wrong, for a person: every text is one printable line without credentials (CL-06).
struct FlowError {
  FlowProblem problem = FlowProblem::malformed;
  std::string code;         // refused: the server's `error`, e.g. access_denied; else empty
  std::string description;  // refused: the server's error_description
  std::string expected;
  std::string found;
  std::string remedy;           // what to do next
  std::string message() const;  // all of it in one line
};

// 64 bytes of the CSPRNG, fresh for each start.
struct Entropy {
  ByteArray<32> state{};
  ByteArray<32> verifier{};
};

// What must be remembered between start and finish. It belongs to the browser that began: keep it
// in that browser's session, never in a table that any browser reaches by `state` (CL-12), and take
// it out before finish, so that an answer counts once (CL-01). Whoever holds it and the code can
// redeem the code: treat it as a secret.
struct Pending {
  std::string state;
  Secret verifier;  // RFC 7636 §4.1
  oauth::Issuer issuer;
  oauth::ClientId client_id;
  std::string redirect_uri;

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

// The authorization request (RFC 6749 §4.1.1) with state and PKCE S256 always. The error is of kind
// settings: an endpoint without protection, no redirect URI, an `extra` that is the flow's own.
Result<Started, FlowError> start(const Settings& settings, const Entropy& entropy);

// A POST, described: the app sends it, verifying the certificate and following no redirect.
struct TokenRequest {
  std::string url;
  Parameters headers;  // names in lower case
  std::string body;    // application/x-www-form-urlencoded
};

// Judges the callback (`query`: after '?', not decoded) and makes the token request (RFC 6749
// §4.1.3). Uses `pending` up, whatever comes out: a second answer finds nothing. In order: nothing
// twice, state (RFC 6749 §10.12), iss (RFC 9207 §2.4), an error of the server's, the code.
Result<TokenRequest, FlowError> finish(const Settings& settings, Pending&& pending,
                                       std::string_view query);

// RFC 6749 §6; an empty scope asks for what was granted.
Result<TokenRequest, FlowError> refresh_request(const Settings& settings,
                                                const Secret& refresh_token,
                                                const oauth::ScopeSet& scope = {});

// RFC 6749 §4.4, with the scope of the settings. `extra`: resource.
Result<TokenRequest, FlowError> client_credentials_request(const Settings& settings,
                                                           const Parameters& extra = {});

struct Tokens {
  Secret access_token;
  std::string token_type;                          // "Bearer"
  std::optional<std::chrono::seconds> expires_in;  // from the answer on
  std::optional<Secret> refresh_token;
  std::optional<oauth::ScopeSet> scope;  // nothing: as asked (RFC 6749 §5.1)
  std::optional<std::string> id_token;   // not looked at here
};

// The token endpoint's answer (RFC 6749 §5.1, §5.2). A redirect is an error (CL-04).
Result<Tokens, FlowError> read_tokens(int status, std::string_view content_type,
                                      std::string_view body);

// Where the server's metadata lies: the well-known name goes between host and path (RFC 8414 §3.1).
std::string metadata_url(const oauth::Issuer& issuer);

// The settings with the endpoints that the metadata document names. Its issuer must be the one that
// was asked, byte for byte (RFC 8414 §3.3; CL-04), and it must offer S256 where it names methods.
Result<Settings, FlowError> with_metadata(Settings settings, std::string_view document);

}  // namespace grantd::client
