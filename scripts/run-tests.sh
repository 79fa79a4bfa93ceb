#!/usr/bin/env bash
# Runs the built tests as three processes beside each other, for those with agents wait a lot. What the others print comes when
# those with agents have ended. Fails when one of them does.
set -euo pipefail
cd "$(dirname "$0")/.."
outputs=$(mktemp -d)
trap 'rm -rf "$outputs"' EXIT
npx mocha 'dist/test/unit/endpoint/**/*.test.js' >"$outputs/endpoint" 2>&1 &
endpoint=$!
npx mocha 'dist/test/{unit,contract}/**/*.test.js' --ignore 'dist/test/unit/endpoint/**' >"$outputs/rest" 2>&1 &
rest=$!
status=0
npx mocha 'dist/test/e2e/**/*.test.js' || status=$?
wait "$rest" || status=$?
cat "$outputs/rest"
wait "$endpoint" || status=$?
cat "$outputs/endpoint"
exit "$status"
