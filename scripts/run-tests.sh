#!/usr/bin/env bash
# Runs the built tests as up to four processes beside each other, for those with agents wait a lot.
# What a process prints comes when it has ended. Those that measure run alone behind them. Fails when one of them does.
# Usage: scripts/run-tests.sh [slow]   slow: those with agents that take longest, and no others
set -euo pipefail
cd "$(dirname "$0")/.."

slow='dist/test/e2e/{compression,fidelity,killed-jobs,matrix,range,third-party-faults}*.test.js'
# About half of the work of the other tests with agents.
half='dist/test/e2e/{cli,drift,grants,object-*,third-party}.test.js'
local='dist/test/unit/endpoint/local/**/*.test.js'
object='dist/test/unit/endpoint/object/**/*.test.js'
# About half of those: stores with scripted faults, which wait a lot.
store='dist/test/unit/endpoint/object/store/*.test.js'
endpoint='dist/test/unit/endpoint/**/*.test.js'

# What these find depends on what else the machine does.
measured=(dist/test/e2e/reports.test.js dist/test/unit/rpc/pacing.test.js)

if [ "${1:-}" = slow ]; then
  exec npx mocha "$slow"
fi

outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT
export outputs

run_one() {
  local status=0 output
  output=$(mktemp -p "$outputs")
  eval "npx mocha $1" >"$output" 2>&1 || status=$?
  flock "$outputs" cat "$output"
  return "$status"
}
export -f run_one

failed=0
# The longest first.
xargs -d '\n' -P 4 -I '{}' bash -c 'run_one "$1"' _ '{}' <<END || failed=1
'dist/test/e2e/**/*.test.js' --ignore '$half' --ignore '$slow' --ignore '${measured[0]}'
'$local'
'$object' --ignore '$store'
'$half'
'$store'
'dist/test/{unit,contract}/**/*.test.js' --ignore '$endpoint' --ignore '${measured[1]}'
'$endpoint' --ignore '$local' --ignore '$object'
END
npx mocha "${measured[@]}" || failed=1
exit "$failed"
