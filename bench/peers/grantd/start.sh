#!/bin/sh
# Runs the server in the foreground, with its data in $RUN_DIR; the first time it makes them. The
# secrets that it drew for its clients stand in $RUN_DIR/secrets, a line each: client_id secret.
set -e
here=$(cd "$(dirname "$0")" && pwd)
grantd=${GRANTD:-$here/../../../build/release/grantd}
cd "$RUN_DIR"
if [ ! -f grantd.toml ]; then
  "$grantd" init --issuer "http://127.0.0.1:$PORT" > set-up
  "$grantd" resource create --audience https://api.example --name API --scope api=API >> set-up
  client() {  # id, more options
    id=$1
    shift
    "$grantd" client create --id "$id" "$@" > made
    sed -n "s/^client_secret  */$id /p" made >> secrets
    cat made >> set-up
  }
  app() {  # id, redirect URI, more options
    id=$1
    uri=$2
    shift 2
    client "$id" --redirect-uri "$uri" --grant authorization_code --grant refresh_token \
      --id-token-alg ES256 "$@"
  }
  app web http://127.0.0.1:9/cb --token-format opaque --scope "openid offline_access"
  app web-jwt http://127.0.0.1:9/cb --token-format jwt --scope "openid offline_access api"
  app desk https://desk.example/cb --public --token-format opaque --scope "openid offline_access"
  client svc --grant client_credentials --scope api
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
