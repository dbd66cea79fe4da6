#!/bin/sh
# Runs the server in the foreground, with its data in $RUN_DIR.
set -e
here=$(cd "$(dirname "$0")" && pwd)
cd "$PEER_HOME"
cp "$here"/*.mjs .
cp jwks.json "$RUN_DIR/"
export DATA="$RUN_DIR" NODE_ENV=production
exec node server.mjs
