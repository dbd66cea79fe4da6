#!/bin/sh
# Builds what is shipped.
set -e
cd "$(dirname "$0")/../../.."
[ -f build/release/build.ninja ] || cmake --preset release
ninja -C build/release grantd
