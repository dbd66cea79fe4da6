// Every statement of the SQLite store, but for the schema (schema.sql) and the pragmas.
// Single-row statements tell by their row count whether a guard held.
#pragma once

namespace grantd::store::sqlite {

// ---- transactions
inline constexpr char kBeginWrite[] = "BEGIN IMMEDIATE";
inline constexpr char kCommit[] = "COMMIT";
inline constexpr char kRollback[] = "ROLLBACK";
inline constexpr char kSavepoint[] = "SAVEPOINT request";
inline constexpr char kRelease[] = "RELEASE request";
inline constexpr char kRollbackTo[] = "ROLLBACK TO request";

// ---- meta
inline constexpr char kReadVersions[] = "SELECT epoch, configuration, latest FROM meta";
inline constexpr char kReadMeta[] = "SELECT schema, issuer, epoch, configuration, latest FROM meta";
inline constexpr char kInsertMeta[] =
    "INSERT INTO meta (one, schema, issuer, epoch, configuration, latest)"
    " VALUES (1, ?1, ?2, ?3, 1, 0)";
inline constexpr char kRaiseSchema[] = "UPDATE meta SET schema = ?1";
inline constexpr char kRaiseConfiguration[] = "UPDATE meta SET configuration = configuration + 1";
inline constexpr char kRaiseLatest[] = "UPDATE meta SET latest = ?1 WHERE latest < ?1";

// ---- grants
inline constexpr char kOpenGrant[] =
    "INSERT INTO grants (id, version, state, generation, client, incarnation, client_counter,"
    "  subject, user_counter, session, consent, scope, created, auth_time, rotated, last_used,"
    "  expires, code_expires, amr, ended_because, claims)"
    " VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,"
    "  ?19, ?20)"
    " ON CONFLICT DO NOTHING";
inline constexpr char kRotateGrant[] =
    "UPDATE grants SET generation = generation + 1, version = version + 1,"
    "  rotated = ?4 - created, last_used = ?4 - created"
    " WHERE id = ?1 AND version = ?2 AND generation = ?3 AND state = 0";
inline constexpr char kTouchGrant[] =
    "UPDATE grants SET last_used = max(last_used, ?2 - created), version = version + 1"
    " WHERE id = ?1 AND state = 0";
inline constexpr char kRevokeGrant[] =
    "UPDATE grants SET state = 1, ended_because = ?2, version = version + 1"
    " WHERE id = ?1 AND state = 0";
#define GRANTD_GRANT_COLUMNS                                                                  \
  "number, id, version, state, generation, client, incarnation, client_counter, subject,"     \
  " user_counter, session, consent, scope, created, auth_time, rotated, last_used, expires,"  \
  " code_expires, amr, ended_because, claims"
inline constexpr char kFindGrant[] = "SELECT " GRANTD_GRANT_COLUMNS " FROM grants WHERE id = ?1";
// No more than so many rows, by the numbers of the first and the last.
inline constexpr char kGrantsAtMost[] =
    "SELECT coalesce((SELECT max(number) FROM grants) - (SELECT min(number) FROM grants) + 1, 0)";
inline constexpr char kListGrants[] =
    "SELECT " GRANTD_GRANT_COLUMNS " FROM grants WHERE number > ?1 ORDER BY number";

// ---- sessions
inline constexpr char kStartSession[] =
    "INSERT INTO sessions (id, version, ended, secret_hash, subject, user_counter, epoch,"
    "  auth_time, amr, created, last_seen, expires)"
    " VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
    " ON CONFLICT DO NOTHING";
inline constexpr char kTouchSession[] =
    "UPDATE sessions SET last_seen = max(last_seen, ?2), version = version + 1"
    " WHERE id = ?1 AND ended = 0";
inline constexpr char kEndSession[] =
    "UPDATE sessions SET ended = 1, version = version + 1 WHERE id = ?1 AND ended = 0";
#define GRANTD_SESSION_COLUMNS                                                             \
  "number, id, version, ended, secret_hash, subject, user_counter, epoch, auth_time, amr," \
  " created, last_seen, expires"
inline constexpr char kFindSession[] =
    "SELECT " GRANTD_SESSION_COLUMNS " FROM sessions WHERE id = ?1";
inline constexpr char kListSessions[] =
    "SELECT " GRANTD_SESSION_COLUMNS " FROM sessions WHERE number > ?1 ORDER BY number";
inline constexpr char kListSessionsOf[] =
    "SELECT " GRANTD_SESSION_COLUMNS
    " FROM sessions WHERE subject = ?2 AND number > ?1 ORDER BY number";
inline constexpr char kNewestSessionsOf[] =
    "SELECT " GRANTD_SESSION_COLUMNS
    " FROM sessions WHERE subject = ?1 AND ended = 0 ORDER BY number DESC LIMIT ?2";

// ---- who hears of a session's end
inline constexpr char kSessionClientsDue[] =
    "UPDATE session_clients SET ended = ?2, due = ?2 WHERE session = ?1 AND due IS NULL";
// Born due where the session ended in the meantime. A name used again is another client.
inline constexpr char kNoteSessionClient[] =
    "INSERT INTO session_clients (session, client, incarnation, subject, ended, due, tries)"
    " SELECT ?1, ?2, ?3, ?4, at, at, 0 FROM (SELECT CASE WHEN"
    "   EXISTS (SELECT 1 FROM sessions WHERE id = ?1 AND ended = 0) THEN NULL ELSE ?5 END AS at)"
    " WHERE TRUE"
    " ON CONFLICT (session, client) DO UPDATE SET incarnation = excluded.incarnation"
    " WHERE incarnation <> excluded.incarnation";
inline constexpr char kPutOffNotice[] =
    "UPDATE session_clients SET tries = ?4, due = ?5"
    " WHERE session = ?1 AND client = ?2 AND tries = ?3 AND due IS NOT NULL";
inline constexpr char kDropNotice[] =
    "DELETE FROM session_clients WHERE session = ?1 AND client = ?2";
inline constexpr char kDueNotices[] =
    "SELECT number, session, client, incarnation, subject, ended, due, tries"
    " FROM session_clients WHERE due <= ?1 ORDER BY due LIMIT ?2";
inline constexpr char kClientsOfSession[] =
    "SELECT client, incarnation FROM session_clients WHERE session = ?1 ORDER BY number LIMIT ?2";

// ---- consents
inline constexpr char kFirstConsent[] =
    "INSERT INTO consents (subject, client, id, version, incarnation, scope, created, changed)"
    " VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)"
    " ON CONFLICT (subject, client) DO UPDATE SET id = excluded.id, version = version + 1,"
    "  incarnation = excluded.incarnation, scope = excluded.scope, created = excluded.created,"
    "  changed = excluded.changed, withdrawn = NULL"
    " WHERE withdrawn IS NOT NULL";
inline constexpr char kChangeConsent[] =
    "UPDATE consents SET id = ?3, version = version + 1, incarnation = ?4, scope = ?5,"
    "  created = ?6, changed = ?7"
    " WHERE subject = ?1 AND client = ?2 AND version = ?8 AND withdrawn IS NULL";
inline constexpr char kWithdrawConsent[] =
    "UPDATE consents SET withdrawn = ?3, version = version + 1"
    " WHERE subject = ?1 AND client = ?2 AND withdrawn IS NULL";
#define GRANTD_CONSENT_COLUMNS \
  "number, subject, client, id, version, incarnation, scope, created, changed"
inline constexpr char kFindConsent[] =
    "SELECT " GRANTD_CONSENT_COLUMNS
    " FROM consents WHERE subject = ?1 AND client = ?2 AND withdrawn IS NULL";
inline constexpr char kListConsents[] =
    "SELECT " GRANTD_CONSENT_COLUMNS
    " FROM consents WHERE number > ?1 AND withdrawn IS NULL ORDER BY number";
inline constexpr char kListConsentsOf[] =
    "SELECT " GRANTD_CONSENT_COLUMNS
    " FROM consents WHERE subject = ?2 AND number > ?1 AND withdrawn IS NULL ORDER BY number";
inline constexpr char kNewestConsentsOf[] =
    "SELECT " GRANTD_CONSENT_COLUMNS
    " FROM consents WHERE subject = ?1 AND withdrawn IS NULL ORDER BY number DESC LIMIT ?2";

// ---- tokens
inline constexpr char kRevokeToken[] =
    "INSERT INTO revoked_tokens (id, expires) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
inline constexpr char kFindRevokedToken[] = "SELECT 1 FROM revoked_tokens WHERE id = ?1";
inline constexpr char kListRevokedTokens[] = "SELECT id FROM revoked_tokens LIMIT ?1";
inline constexpr char kUseOnce[] =
    "INSERT INTO used_once (hash, expires) VALUES (?1, ?2) ON CONFLICT DO NOTHING";
inline constexpr char kFindUsedOnce[] = "SELECT 1 FROM used_once WHERE hash = ?1";

// ---- people
inline constexpr char kFirstUser[] =
    "INSERT INTO users (id, login, version, counter, disabled, created, password, claims)"
    " VALUES (?1, ?2, 1, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
// Writes nothing where the login name is another person's.
inline constexpr char kChangeUser[] =
    "UPDATE OR IGNORE users SET login = ?2, version = version + 1, counter = ?3, disabled = ?4,"
    "  created = ?5, password = ?6, claims = ?7"
    " WHERE id = ?1 AND version = ?8";
inline constexpr char kUpgradePassword[] =
    "UPDATE users SET password = ?3, version = version + 1 WHERE id = ?1 AND version = ?2";
inline constexpr char kDeleteUser[] = "DELETE FROM users WHERE id = ?1";
inline constexpr char kDeleteConsentsOf[] = "DELETE FROM consents WHERE subject = ?1";
#define GRANTD_USER_COLUMNS \
  "number, id, login, version, counter, disabled, created, password, claims"
inline constexpr char kFindUser[] = "SELECT " GRANTD_USER_COLUMNS " FROM users WHERE id = ?1";
inline constexpr char kFindLogin[] = "SELECT " GRANTD_USER_COLUMNS " FROM users WHERE login = ?1";
inline constexpr char kListUsers[] =
    "SELECT " GRANTD_USER_COLUMNS " FROM users WHERE number > ?1 ORDER BY number";

// ---- configuration
inline constexpr char kFirstClient[] =
    "INSERT INTO clients (id, version, incarnation, document, unused_until)"
    " VALUES (?1, 1, ?2, ?3, ?4)"
    " ON CONFLICT DO NOTHING";
inline constexpr char kChangeClient[] =
    "UPDATE clients SET version = version + 1, incarnation = ?2, document = ?3,"
    "  unused_until = ?5"
    " WHERE id = ?1 AND version = ?4";
inline constexpr char kMarkClientUsed[] =
    "UPDATE clients SET version = version + 1, unused_until = NULL,"
    "  document = json_set(document, '$.used', json('true'))"
    " WHERE id = ?1 AND unused_until IS NOT NULL";
inline constexpr char kCountUnusedClients[] =
    "SELECT count(*) FROM clients WHERE unused_until IS NOT NULL";
inline constexpr char kDropUnusedClients[] =
    "DELETE FROM clients WHERE id IN (SELECT id FROM clients WHERE unused_until <= ?1"
    " ORDER BY unused_until LIMIT ?2)";
inline constexpr char kDeleteClient[] = "DELETE FROM clients WHERE id = ?1";
inline constexpr char kFindClient[] = "SELECT id, version, document FROM clients WHERE id = ?1";
inline constexpr char kListClients[] =
    "SELECT id, version, document FROM clients WHERE id > ?1 ORDER BY id";

inline constexpr char kFirstResource[] =
    "INSERT INTO resources (audience, version, document) VALUES (?1, 1, ?2)"
    " ON CONFLICT DO NOTHING";
inline constexpr char kChangeResource[] =
    "UPDATE resources SET version = version + 1, document = ?2"
    " WHERE audience = ?1 AND version = ?3";
inline constexpr char kDeleteResource[] = "DELETE FROM resources WHERE audience = ?1";
inline constexpr char kListResources[] =
    "SELECT audience, version, document FROM resources WHERE audience > ?1 ORDER BY audience";

inline constexpr char kFirstKey[] =
    "INSERT INTO keys (id, version, use, algorithm, state, created, state_since, wrapped)"
    " VALUES (?1, 1, ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT DO NOTHING";
inline constexpr char kChangeKey[] =
    "UPDATE keys SET version = version + 1, use = ?2, algorithm = ?3, state = ?4, created = ?5,"
    "  state_since = ?6, wrapped = ?7"
    " WHERE id = ?1 AND version = ?8";
inline constexpr char kDeleteKey[] = "DELETE FROM keys WHERE id = ?1";
inline constexpr char kListKeys[] =
    "SELECT id, version, use, algorithm, state, created, state_since, wrapped"
    " FROM keys WHERE id > ?1 ORDER BY id";

// ---- the walk over what is dead (store/dead.h)
// Look: ?1 the last number seen, ?2 how many to look at; gives the last one looked at (NULL: there
// is none), how many, how many of them are dead. Drop: the dead after ?1, up to ?2, each told by
// its key. ?3 is now less the ten minutes that a row stays after its end, ?4 that less the idle
// limit.
#define GRANTD_LOOK(table, dead)                                                                \
  "SELECT max(number), count(*), sum(dead) FROM (SELECT number, (" dead ") AS dead FROM " table \
  " WHERE number > ?1 ORDER BY number LIMIT ?2)"
#define GRANTD_DROP(table, key, dead)                                        \
  "DELETE FROM " table " WHERE number > ?1 AND number <= ?2 AND (" dead ")" \
  " RETURNING " key

#define GRANTD_DEAD_GRANT                                                            \
  "created + code_expires <= ?3 AND (state <> 0 OR created + expires <= ?3 OR"       \
  " CASE WHEN session IS NULL THEN created + last_used <= ?4"                        \
  " ELSE NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.id = grants.session) END)"
#define GRANTD_DEAD_SESSION "expires <= ?3 OR last_seen <= ?4 OR (ended <> 0 AND last_seen <= ?3)"
#define GRANTD_EXPIRED "expires <= ?3"
// Withdrawn long ago, or of a person or an app that is gone.
#define GRANTD_STALE_CONSENT                                                       \
  "CASE WHEN withdrawn IS NOT NULL THEN withdrawn <= ?3 ELSE"                      \
  " NOT EXISTS (SELECT 1 FROM users WHERE users.id = consents.subject)"            \
  " OR NOT EXISTS (SELECT 1 FROM clients WHERE clients.id = consents.client"       \
  "                AND clients.incarnation = consents.incarnation) END"
#define GRANTD_WITHOUT_SESSION          \
  "due IS NULL AND ?3 IS NOT NULL AND"  \
  " NOT EXISTS (SELECT 1 FROM sessions WHERE sessions.id = session_clients.session)"

inline constexpr char kLookAtGrants[] = GRANTD_LOOK("grants", GRANTD_DEAD_GRANT);
inline constexpr char kDropGrants[] = GRANTD_DROP("grants", "id", GRANTD_DEAD_GRANT);
inline constexpr char kLookAtSessions[] = GRANTD_LOOK("sessions", GRANTD_DEAD_SESSION);
inline constexpr char kDropSessions[] = GRANTD_DROP("sessions", "id", GRANTD_DEAD_SESSION);
inline constexpr char kLookAtRevokedTokens[] = GRANTD_LOOK("revoked_tokens", GRANTD_EXPIRED);
inline constexpr char kDropRevokedTokens[] =
    GRANTD_DROP("revoked_tokens", "number", GRANTD_EXPIRED);
inline constexpr char kLookAtUsedOnce[] = GRANTD_LOOK("used_once", GRANTD_EXPIRED);
inline constexpr char kDropUsedOnce[] = GRANTD_DROP("used_once", "number", GRANTD_EXPIRED);
inline constexpr char kLookAtConsents[] = GRANTD_LOOK("consents", GRANTD_STALE_CONSENT);
inline constexpr char kDropConsents[] = GRANTD_DROP("consents", "number", GRANTD_STALE_CONSENT);
inline constexpr char kLookAtSessionClients[] =
    GRANTD_LOOK("session_clients", GRANTD_WITHOUT_SESSION);
inline constexpr char kDropSessionClients[] =
    GRANTD_DROP("session_clients", "number", GRANTD_WITHOUT_SESSION);

}  // namespace grantd::store::sqlite
