#!/usr/bin/env bash
# Runs the built tests as three processes beside each other, for those with agents wait a lot: about
# the same work in each, so that none runs on alone. What the others print comes when the first has
# ended. Fails when one of them does.
set -euo pipefail
cd "$(dirname "$0")/.."
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT

# About half of the work of the tests with agents.
half='dist/test/e2e/{compression,drift,object-*,range,third-party*}.test.js'

without_agents() {
  local status=0
  npx mocha 'dist/test/unit/endpoint/**/*.test.js' || status=$?
  npx mocha 'dist/test/{unit,contract}/**/*.test.js' --ignore 'dist/test/unit/endpoint/**' ||
    status=$?
  return "$status"
}

without_agents >"$outputs/without" 2>&1 &
without=$!
npx mocha "$half" >"$outputs/half" 2>&1 &
other=$!
status=0
npx mocha 'dist/test/e2e/**/*.test.js' --ignore "$half" || status=$?
wait "$other" || status=$?
cat "$outputs/half"
wait "$without" || status=$?
cat "$outputs/without"
exit "$status"
