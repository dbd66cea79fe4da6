// What a decision wants remembered. Each change touches one row under one key and carries its
// guard; a list is applied all or nothing, in order.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "grantd/core/records.h"

namespace grantd::core {

// Guards. A guard that fails means that the race was lost: the driver looks and judges again.

// ---- grants
struct OpenGrant {  // guard: no grant of this id
  Grant grant;      // version is set to 1
};
struct RotateGrant {  // guard: generation and version are still these, and the grant is live
  GrantId id;
  Version version;
  std::uint32_t generation;  // present; the row's becomes one more
  Time now;                  // rotated and last_used
};
struct TouchGrant {  // guard: the grant is live. Writes last_used only
  GrantId id;
  Time now;
};
struct RevokeGrant {  // no guard: a row that is gone or revoked already stays as it is
  GrantId id;
  std::string because;
};

// ---- sessions
struct StartSession {  // guard: no session of this id
  Session session;
};
struct TouchSession {  // guard: not ended. Writes last_seen only
  SessionId id;
  Time now;
};
struct EndSession {  // no guard. Its apps are to be told from `now` of the commit on
  SessionId id;
};

// ---- who hears of a session's end
struct NoteSessionClient {  // no guard: a row that is there stays. Where the session has ended in
  SessionId session;        // the meantime, the app is to be told at once
  ClientId client;
  Incarnation incarnation;
  SubjectId subject;
};
struct PutOffNotice {  // guard: the session has ended, and the row still has `seen` tries
  SessionId session;
  ClientId client;
  std::uint32_t seen = 0;
  std::uint32_t tries = 0;
  Time due{};
};
struct DropNotice {  // no guard
  SessionId session;
  ClientId client;
};

// ---- consents
struct RememberConsent {  // guard: the row of (subject, client) has version `seen` (0: no row)
  Consent consent;
  Version seen = 0;
};
struct WithdrawConsent {  // no guard
  SubjectId subject;
  ClientId client;
};

// ---- tokens
struct RevokeToken {  // no guard
  RevokedToken token;
};
// Something that others made and that counts once: an assertion's `jti`, an invitation. The row is
// the mark; what it stands for must be refused by its own expiry once the row may be gone.
struct UseOnce {  // guard: not seen before
  Hash256 hash{};
  Time expires{};
};

// ---- people
struct PutUser {  // guard: the row has version `seen` (0: no row, and the login name is free)
  User user;
  Version seen = 0;
};
struct UpgradePassword {  // no guard but the version: where it moved, nothing is written
  SubjectId subject;
  Version seen;
  std::string password;
};
struct DeleteUser {  // guard: a row exists. Its consents go with it, its sessions die by reference
  SubjectId subject;
};

// ---- configuration: each raises Meta::configuration
struct PutClient {  // guard: version `seen` (0: no row)
  Client client;
  Version seen = 0;
};
struct DeleteClient {  // guard: a row exists
  ClientId id;
};
struct MarkClientUsed {  // no guard: writes SelfRegistration::used, once
  ClientId id;
};
struct PutResource {
  Resource resource;
  Version seen = 0;
};
struct DeleteResource {
  Audience audience;
};
struct PutKey {
  Key key;
  Version seen = 0;
};
struct DeleteKey {
  std::string id;
};

using Change =
    std::variant<OpenGrant, RotateGrant, TouchGrant, RevokeGrant, StartSession, TouchSession,
                 EndSession, NoteSessionClient, PutOffNotice, DropNotice, RememberConsent,
                 WithdrawConsent, RevokeToken, UseOnce, PutUser, UpgradePassword, DeleteUser,
                 PutClient, DeleteClient, MarkClientUsed, PutResource, DeleteResource, PutKey,
                 DeleteKey>;
using Changes = std::vector<Change>;

}  // namespace grantd::core
