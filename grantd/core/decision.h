// The vocabulary of a decision: what to answer, what to remember, why; or what to ask first.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "grantd/core/authorize/return_address.h"
#include "grantd/core/changes.h"
#include "grantd/core/interact/logout_return.h"
#include "grantd/core/page.h"
#include "grantd/core/sealed/payloads.h"
#include "grantd/oauth/error.h"

namespace grantd::core {

// ---- answers. What is to be signed or sealed is named here and minted by the server.

// 303 to the client, with code, state and iss (RFC 6749 §4.1.2, RFC 9207 §2).
struct SendCode {
  ReturnAddress to;
  CodePayload code;
};
// 303 to the client, with error, error_description, state and iss (RFC 6749 §4.1.2.1).
struct SendError {
  ReturnAddress to;
  oauth::OAuthError error;
};
// 303 to our own /authorize with the request sealed anew: steps never route to one another.
struct GoOn {
  ResumePayload resume;
};
// 303 to this path of ours with this query: a request by POST, asked again by GET.
struct AskByGet {
  std::string path;  // below the issuer's: "/authorize"
  std::string query;
};
// 303 to the app after a logout, with state (RP-Initiated Logout §3).
struct SendLoggedOut {
  LogoutReturn to;
};
// 303 to the person's own page: what was done there, or what could not be.
struct GoToAccount {
  std::string ui_locales;
  std::optional<AccountFormPayload> said;
};
using FormPayload = std::variant<std::monostate, LoginFormPayload, ConsentFormPayload,
                                 LogoutFormPayload, AccountFormPayload>;
struct ShowPage {
  Page page;
  int status = 200;
  FormPayload form;
  std::string ui_locales;
  std::string leads_to;  // an origin: the CSP lets the form's answer be followed there
  std::optional<ResumePayload> again;     // the same page anew, for the switch of language
  std::string_view at = {};               // likewise: GET shows it there, below the issuer's path
};
// A JWT before it is signed, as claims.
struct UnsignedToken {
  std::string typ;  // "at+jwt" (RFC 9068 §2.1), "JWT"
  jose::Algorithm algorithm = jose::Algorithm::es256;
  Json claims;
};
struct SendTokens {  // RFC 6749 §5.1, OpenID Connect Core §3.1.3.3
  std::variant<UnsignedToken, AccessPayload> access_token;
  std::optional<UnsignedToken> id_token;  // `at_hash` is added when the access token is minted
  std::int64_t expires_in = 0;  // seconds
  ScopeSet scope;
  std::optional<RefreshPayload> refresh_token;
  std::string same_refresh_token;  // not rotated: the one that was sent
};
struct SendJsonError {  // RFC 6749 §5.2
  oauth::OAuthError error;
  Duration retry_after{};  // > 0: 429 and Retry-After
};
struct SendJson {  // not to be stored
  Json body;
  int status = 200;
};
struct SendJwt {  // likewise, as a signed document
  UnsignedToken token;
  std::string content_type;  // "application/jwt"
};
// RFC 6750 §3: what an access token lacks.
struct SendChallenge {
  std::optional<oauth::OAuthError> error;  // none: no token was sent
  std::string scope;                       // what would do, with insufficient_scope
};
struct SendNothing {  // without content (RFC 7592 §2.3)
  int status = 200;
};
struct SendDocument {   // public, cacheable JSON: metadata, keys
  std::string body;
  Duration max_age = std::chrono::minutes(5);
};
// Fetch Standard §3.2.2: a browser asks first. Says nothing but which methods there are.
struct AllowCrossOrigin {
  std::string allow;
};
struct MethodNotAllowed {
  std::string allow;    // "POST"
  bool person = false;  // a page says it (else JSON)
};

using Outcome =
    std::variant<SendCode, SendError, GoOn, AskByGet, SendLoggedOut, GoToAccount, ShowPage,
                 SendTokens, SendJsonError, SendJson, SendJwt, SendChallenge, SendNothing,
                 SendDocument, AllowCrossOrigin, MethodNotAllowed>;

// ---- cookies
enum class CookieKind { session, browser, device };
struct SetCookie {
  CookieKind kind = CookieKind::session;
  std::string value;                      // empty: the cookie goes
  std::optional<DevicePayload> to_seal;   // device: the value is made by sealing this
};

struct Decision {
  Outcome outcome;
  Changes changes;
  std::vector<SetCookie> cookies;
  std::vector<Reason> reasons;  // the walk; the last one decided
  std::string counted;          // a failed guess at a secret, by this key (server/limits)
  std::string client;           // who it was about, for the log
  std::string event;            // "code_issued", "login_failed"; past tense, for the log
};

// ---- what an edge must find out before it can be decided

// Is this the secret? Answered by Found::proof.
struct AskProof {
  enum class What { password, client_secret } what = What::password;
  std::string phc;                    // Argon2id
  Secret secret;                      // exactly as sent
  std::vector<std::string> throttle;  // a try is taken from each before it is looked at
  std::string or_phc;                 // the other live secret of a rotation; may be empty
  Secret successor;                   // to be hashed where `secret` matches; may be empty
};
// What lies at this URL, which a client registered? Answered by Found::documents.
struct AskDocument {
  std::string url;
  // A copy that was fetched then, or before, will not do. The edge may still bring that one: it
  // asks others for the same thing twice a minute at most.
  std::optional<Time> newer_than = {};
};
// Is the row there that the look left out (Wanted::grant_is_new)? Answered by another look.
struct AskGrant {};
using Ask = std::variant<AskProof, AskDocument, AskGrant>;

using Verdict = std::variant<Decision, Ask>;

}  // namespace grantd::core
