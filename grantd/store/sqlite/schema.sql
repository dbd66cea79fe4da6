-- The tables of grantd on SQLite, schema 1.
--
-- Rows that every flow writes are appended (INTEGER PRIMARY KEY) and found by one unique index on
-- an identifier that grows with time. `number` is never an identity: SQLite gives the highest one
-- again after a delete. Identifiers and hashes are blobs, times are milliseconds since 1970 (UTC).
-- `version` starts at 1 and is raised by every change of its row; guards compare it.

CREATE TABLE meta (
  one           INTEGER PRIMARY KEY CHECK (one = 1),
  schema        INTEGER NOT NULL,
  issuer        TEXT    NOT NULL,  -- a store serves one issuer for good
  epoch         BLOB    NOT NULL,  -- drawn anew by a restore
  configuration INTEGER NOT NULL,  -- raised by each change to clients, resources, keys
  latest        INTEGER NOT NULL   -- the latest commit's moment: time never runs backwards
) STRICT;

-- ---- configuration: few rows, read whole, kept decoded in memory

CREATE TABLE clients (
  id       TEXT    PRIMARY KEY,
  version  INTEGER NOT NULL,
  incarnation BLOB NOT NULL,       -- also in the document; here for the walk over stale consents
  document TEXT    NOT NULL,       -- JSON, store/records_json.h; secrets as hashes only
  unused_until INTEGER             -- it registered itself, was never used, and goes then; else NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX clients_unused ON clients (unused_until) WHERE unused_until IS NOT NULL;

CREATE TABLE resources (
  audience TEXT    PRIMARY KEY,
  version  INTEGER NOT NULL,
  document TEXT    NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE keys (
  id          TEXT    PRIMARY KEY,
  version     INTEGER NOT NULL,
  use         TEXT    NOT NULL,
  algorithm   TEXT    NOT NULL,
  state       TEXT    NOT NULL,
  created     INTEGER NOT NULL,
  state_since INTEGER NOT NULL,
  wrapped     BLOB    NOT NULL     -- under the deployment's master key
) STRICT, WITHOUT ROWID;

-- ---- people

CREATE TABLE users (
  number   INTEGER PRIMARY KEY,
  id       BLOB    NOT NULL UNIQUE,
  login    TEXT    NOT NULL UNIQUE,
  version  INTEGER NOT NULL,
  counter  INTEGER NOT NULL,
  disabled INTEGER NOT NULL,
  created  INTEGER NOT NULL,
  password TEXT    NOT NULL,       -- an Argon2id PHC string, or empty
  claims   TEXT    NOT NULL        -- JSON
) STRICT;

CREATE TABLE sessions (
  number       INTEGER PRIMARY KEY,
  id           BLOB    NOT NULL UNIQUE,
  version      INTEGER NOT NULL,
  ended        INTEGER NOT NULL,
  secret_hash  BLOB    NOT NULL,   -- SHA-256 of the cookie's secret
  subject      BLOB    NOT NULL,
  user_counter INTEGER NOT NULL,
  epoch        BLOB    NOT NULL,
  auth_time    INTEGER NOT NULL,
  amr          TEXT    NOT NULL,
  created      INTEGER NOT NULL,
  last_seen    INTEGER NOT NULL,
  expires      INTEGER NOT NULL
) STRICT;
CREATE INDEX sessions_of_user ON sessions (subject);

-- Who is to hear that a session ended (OpenID Connect Back-Channel Logout). Only apps that want to
-- hear have rows. Both times are NULL while the session lives; the walk takes what an expired one
-- leaves behind.
CREATE TABLE session_clients (
  number      INTEGER PRIMARY KEY,
  session     BLOB    NOT NULL,
  client      TEXT    NOT NULL,
  incarnation BLOB    NOT NULL,
  subject     BLOB    NOT NULL,
  ended       INTEGER,             -- when the session ended
  due         INTEGER,             -- when to tell, or to try again
  tries       INTEGER NOT NULL,
  UNIQUE (session, client)
) STRICT;
CREATE INDEX session_clients_due ON session_clients (due) WHERE due IS NOT NULL;

-- A withdrawn row counts as none. It stays for ten minutes so that its version goes on rising.
CREATE TABLE consents (
  number      INTEGER PRIMARY KEY,
  subject     BLOB    NOT NULL,
  client      TEXT    NOT NULL,
  id          BLOB    NOT NULL,
  version     INTEGER NOT NULL,
  incarnation BLOB    NOT NULL,
  scope       TEXT    NOT NULL,
  created     INTEGER NOT NULL,
  changed     INTEGER NOT NULL,
  withdrawn   INTEGER,             -- when; NULL: it stands
  UNIQUE (subject, client)
) STRICT;

-- ---- flows: one row a grant, under 200 bytes with its entry in the index
--
-- `created` is a time; those marked + are milliseconds from it, and take few bytes.

CREATE TABLE grants (
  number         INTEGER PRIMARY KEY,
  id             BLOB    NOT NULL UNIQUE,  -- the code's id: a second use of the code meets it
  version        INTEGER NOT NULL,
  state          INTEGER NOT NULL,         -- 0 live, 1 revoked, 2 refused; never back to 0
  generation     INTEGER NOT NULL,
  client         TEXT    NOT NULL,
  incarnation    BLOB    NOT NULL,
  client_counter INTEGER NOT NULL,
  subject        BLOB    NOT NULL,
  user_counter   INTEGER NOT NULL,
  session        BLOB,                     -- NULL: offline
  consent        BLOB    NOT NULL,
  scope          TEXT    NOT NULL,         -- says which APIs it is for, too
  created        INTEGER NOT NULL,
  auth_time      INTEGER NOT NULL,         -- +
  rotated        INTEGER,                  -- +, NULL: never
  last_used      INTEGER NOT NULL,         -- +
  expires        INTEGER NOT NULL,         -- +
  code_expires   INTEGER NOT NULL,         -- +
  amr            TEXT    NOT NULL,
  ended_because  TEXT,
  claims         TEXT                      -- claims asked for one by one; NULL: none
) STRICT;

CREATE TABLE revoked_tokens (
  number  INTEGER PRIMARY KEY,
  id      BLOB    NOT NULL UNIQUE,
  expires INTEGER NOT NULL
) STRICT;

-- What others made and may use once: assertions, invitations.
CREATE TABLE used_once (
  number  INTEGER PRIMARY KEY,
  hash    BLOB    NOT NULL UNIQUE,
  expires INTEGER NOT NULL
) STRICT;
