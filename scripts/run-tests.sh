#!/usr/bin/env bash
# Runs the built tests as two processes beside each other, for those with agents wait a lot. The output of the unit and contract
# tests comes when those with agents have ended. Fails when one of both does.
set -euo pipefail
cd "$(dirname "$0")/.."
output=$(mktemp)
trap 'rm -f "$output"' EXIT
npx mocha 'dist/test/{unit,contract}/**/*.test.js' >"$output" 2>&1 &
beside=$!
status=0
npx mocha 'dist/test/e2e/**/*.test.js' || status=$?
wait "$beside" || status=$?
cat "$output"
exit "$status"
