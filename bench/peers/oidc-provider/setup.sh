#!/bin/sh
# Installs oidc-provider and its store into $PEER_HOME, and makes its keys.
set -e
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$PEER_HOME"
cd "$PEER_HOME"
cp "$here"/package.json "$here"/package-lock.json "$here"/*.mjs .
# --nodedir: where no better-sqlite3 is ready-made, it is compiled with the headers beside node.
node_home=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
npm ci --no-audit --no-fund --nodedir="$node_home"
[ -f jwks.json ] || node -e '
const { generateKeyPairSync: gen } = require("crypto");
const jwk = (k, more) => ({ ...k.privateKey.export({ format: "jwk" }), use: "sig", ...more });
console.log(JSON.stringify({ keys: [
  jwk(gen("ec", { namedCurve: "P-256" }), { alg: "ES256", kid: "es" }),
  jwk(gen("rsa", { modulusLength: 2048 }), { alg: "RS256", kid: "rs" })] }));' > jwks.json
