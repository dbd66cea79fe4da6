// What we seal. Each names the keys of every row that judging it reads, so that one look suffices,
// and the store's epoch: after a restore codes, forms and sessions are void.
#pragma once

#include <optional>
#include <string>

#include "grantd/core/authorize/request.h"
#include "grantd/core/records.h"
#include "grantd/core/sealed/seal.h"
#include "grantd/oauth/pkce.h"

namespace grantd::core {

// The values that life is judged by: a grant, a code, a refresh token carry them (DESIGN §1.2, 7).
struct References {
  ClientId client;
  Incarnation incarnation;
  Counter client_counter = 0;
  SubjectId subject;
  Counter user_counter = 0;
  std::optional<SessionId> session;  // absent: offline
  ConsentId consent;
};

// The authorization code (RFC 6749 §4.1.2). Its id becomes the grant's identity.
struct CodePayload {
  GrantId id;
  Epoch epoch;
  Time expires{};
  References refs;  // `session` is always there: a code needs its live session
  bool offline = false;
  Hash256 redirect_uri_hash{};
  std::optional<oauth::CodeChallenge> challenge;
  ScopeSet scope;
  std::string nonce;
  Time auth_time{};
  std::string amr;
  std::string claims;  // ClaimsRequest as text; mostly empty
};

// An opaque access token. What it hangs on is in its grant's row; without a grant (the client's own
// token) in the values here.
struct AccessPayload {
  TokenId id;
  Epoch epoch;
  Time issued{};
  Time expires{};
  ClientId client;
  Incarnation incarnation;
  Counter client_counter = 0;
  std::optional<GrantId> grant;
  std::string subject;  // `sub`, as the client knows the person
  ScopeSet scope;
  Audience audience;
};

struct RefreshPayload {
  GrantId grant;
  Epoch epoch;
  std::uint32_t generation = 0;
  Time expires{};
  ClientId client;
  SubjectId subject;
  std::optional<SessionId> session;
};

// What was just done for a request: `prompt` and `max_age` count as met only by it.
struct Freshness {
  Time at{};
  std::optional<SessionId> session;  // a login: this session …
  Time auth_time{};                  // … by this authentication
  std::optional<ConsentId> consent;  // a consent, remembered under this id
};

// A request on its way back to the dispatcher.
struct ResumePayload {
  AuthorizeRequest request;
  Epoch epoch;
  Time made{};
  Freshness fresh;
  bool fresh_form = false;  // the person's form was stale: say that this is a fresh one
};

using BrowserBinding = ByteArray<16>;

struct LoginFormPayload {
  AuthorizeRequest request;  // of an app; for the person's own page, ui_locales at most
  Epoch epoch;
  Time expires{};
  Hash256 binding_hash{};  // of the browser's cookie
  // The live session whose person is asked anew (`prompt`, `max_age`): posted under it, the form
  // is checked; posted under any other, it was left behind.
  std::optional<SessionId> asks_anew;
  bool for_account = false;  // it leads to the person's own page, and to no app
};

struct ConsentFormPayload {
  AuthorizeRequest request;
  Epoch epoch;
  Time expires{};
  SessionId session;
  Incarnation incarnation;  // of the app that the page named
  ScopeSet shown;
  Version seen = 0;  // the consent's row as the page showed it; 0: none
  Freshness fresh;
};

struct LogoutFormPayload {
  Epoch epoch;
  Time expires{};
  SessionId session;
  std::string client;  // where an app asked, and where it leads on to; else empty
  std::string redirect_uri;
  std::string state;
};

// What the forms of the person's own page carry, and what that page is told about the one before.
struct AccountFormPayload {
  enum class Note {
    none,
    stale,  // the form was too old, or another session's: nothing was done
    session_ended,
    withdrawn,
    narrowed,
    password_changed,
  };
  Epoch epoch;
  Time expires{};
  SessionId session;  // all zero where there is none
  Note note = Note::none;
};

// A browser that signed this person in: tries from it are counted apart, so that who guesses at an
// account does not lock out its owner (checklist EN-05).
struct DevicePayload {
  Epoch epoch;
  Time expires{};
  Hash256 login_hash{};
  ByteArray<16> id{};
};

// An initial access token (RFC 7591 §3): the operator's leave to register one client.
struct InvitationPayload {
  ByteArray<16> id{};
  Epoch epoch;
  Time expires{};
};

Bytes encode(const CodePayload& payload);
std::size_t encoded_size(const CodePayload& payload);
Bytes encode(const AccessPayload& payload);
Bytes encode(const RefreshPayload& payload);
Bytes encode(const ResumePayload& payload);
Bytes encode(const LoginFormPayload& payload);
Bytes encode(const ConsentFormPayload& payload);
Bytes encode(const LogoutFormPayload& payload);
Bytes encode(const AccountFormPayload& payload);
Bytes encode(const DevicePayload& payload);
Bytes encode(const InvitationPayload& payload);

// Opens and decodes. What authenticates but does not decode is not_ours too.
Result<CodePayload, OpenError> open_code(std::string_view text, const Keyring& keys);
Result<AccessPayload, OpenError> open_access_token(std::string_view text, const Keyring& keys);
Result<RefreshPayload, OpenError> open_refresh_token(std::string_view text, const Keyring& keys);
Result<ResumePayload, OpenError> open_resume(std::string_view text, const Keyring& keys);
Result<LoginFormPayload, OpenError> open_login_form(std::string_view text, const Keyring& keys);
Result<ConsentFormPayload, OpenError> open_consent_form(std::string_view text,
                                                        const Keyring& keys);
Result<LogoutFormPayload, OpenError> open_logout_form(std::string_view text, const Keyring& keys);
Result<AccountFormPayload, OpenError> open_account_form(std::string_view text,
                                                        const Keyring& keys);
Result<DevicePayload, OpenError> open_device(std::string_view text, const Keyring& keys);
Result<InvitationPayload, OpenError> open_invitation(std::string_view text, const Keyring& keys);

// The session cookie: base64url(id ‖ secret), 64 characters. Only the secret's hash is stored.
struct SessionCookie {
  SessionId id;
  Hash256 secret_hash{};
};
std::string make_session_cookie(const SessionId& id, const ByteArray<32>& secret);
std::optional<SessionCookie> read_session_cookie(std::string_view text);

}  // namespace grantd::core
