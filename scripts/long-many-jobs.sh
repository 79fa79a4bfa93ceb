#!/usr/bin/env bash
# Copies a tree by many jobs at once to one peer: all must finish, by priority, in bounded memory.
# Usage: scripts/long-many-jobs.sh [JOBS]   default 50
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr
npm run --silent build
DM_JOBS=${1:-50} exec npx mocha dist/test/long/many-jobs.test.js
