#!/usr/bin/env bash
# Captures a tree whose files are replaced and whose directories are moved all the time, again and again.
# Usage: scripts/long-churn.sh [COUNT]   default 1000
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr
npm run --silent build
DM_CAPTURES=${1:-1000} exec npx mocha dist/test/long/churn.test.js
