#!/bin/sh
# Runs the server in the foreground, with its data in $RUN_DIR; the first time it makes them.
set -e
here=$(cd "$(dirname "$0")" && pwd)
grantd=${GRANTD:-$here/../../../build/release/grantd}
cd "$RUN_DIR"
if [ ! -f grantd.toml ]; then
  "$grantd" init --issuer "http://127.0.0.1:$PORT" > set-up
  "$grantd" resource create --audience https://api.example --name API --scope api=API >> set-up
  app() {  # id, redirect URI, more options
    id=$1
    uri=$2
    shift 2
    "$grantd" client create --id "$id" --redirect-uri "$uri" --grant authorization_code \
      --grant refresh_token --id-token-alg ES256 "$@" >> set-up
  }
  printf %s "$SECRET" > secret
  app web http://127.0.0.1:9/cb --token-format opaque --scope "openid offline_access" \
    --secret-file secret
  app web-jwt http://127.0.0.1:9/cb --token-format jwt --scope "openid offline_access api" \
    --secret-file secret
  app desk https://desk.example/cb --public --token-format opaque --scope "openid offline_access"
  "$grantd" client create --id svc --grant client_credentials --scope api \
    --secret-file secret >> set-up
  printf password > password
  user=0
  while [ $user -lt "$USERS" ]; do
    user=$((user + 1))
    "$grantd" user create --login "user$user" --password-file password >> set-up
  done
fi
export GRANTD_LISTEN_PORT="$PORT" GRANTD_LISTEN_MANAGEMENT_PORT="$((PORT + 1000))"
export GRANTD_LOG_LEVEL=warning
exec "$grantd" serve
