# Sourced by the scripts beside it: the root of the tree, and commands that are silent unless they
# fail.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
logs=$root/build/logs
mkdir -p "$logs"

say() { printf '%s\n' "$*"; }

# quietly NAME COMMAND…: its output goes to build/logs/NAME.log; where it fails, the end of that is
# shown and the command's status is given back.
quietly() {
  local log=$logs/$1.log
  shift
  local status=0
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    say "failed ($status): $*"
    tail -n 60 "$log"
    say "the whole log: $log"
  fi
  return "$status"
}

jobs=${GRANTD_JOBS:-$(nproc)}
export CCACHE_NOHASHDIR=1 # the same file in another build directory is the same file
