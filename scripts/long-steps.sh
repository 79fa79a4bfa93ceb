#!/usr/bin/env bash
# Stops what has to go through whole before each single step of it, and again in what finishes it.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr xfsprogs e2fsprogs
npm run --silent build
exec npx mocha 'dist/test/long/*-steps.test.js'
