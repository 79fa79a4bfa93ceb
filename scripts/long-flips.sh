#!/usr/bin/env bash
# Flips single bits of every kind of object of a plain and of an encrypted repository, and checks that verifying and
# restoring find them, or that they harm nothing.
# Usage: scripts/long-flips.sh [COUNT]   default 10000; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
npm run --silent build
DM_FLIPS=${1:-10000} exec npx mocha dist/test/long/flips.test.js
