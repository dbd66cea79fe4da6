#!/bin/sh
# Adds access tokens, refresh tokens and used codes (a third each) to the stopped server's store
# until it has $1 of them, each with its own grant.
set -e
sqlite3 "$RUN_DIR/op.db" <<SQL
PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-400000;
BEGIN;
WITH RECURSIVE n(i) AS (
  SELECT (SELECT count(*) FROM oidc WHERE id LIKE 'fill-%')
  UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $1)
INSERT INTO oidc SELECT
  CASE i % 3 WHEN 0 THEN 'AccessToken' WHEN 1 THEN 'RefreshToken' ELSE 'AuthorizationCode' END,
  'fill-' || hex(randomblob(16)) || i,
  json_object('iat', unixepoch(), 'exp', unixepoch() + 1209600, 'accountId',
    'user' || (i % 64 + 1), 'clientId', 'web', 'scope', 'openid', 'gty', 'authorization_code',
    'grantId', hex(randomblob(21)), 'sessionUid', hex(randomblob(21)), 'kind', 'AccessToken',
    'jti', hex(randomblob(21)), 'claims', json_object('rejected', json_array()),
    'authTime', unixepoch(), 'expiresWithSession', json('false')),
  hex(randomblob(21)), NULL, NULL, unixepoch() + 1209600, NULL
FROM n;
COMMIT;
PRAGMA wal_checkpoint(TRUNCATE);
SQL
