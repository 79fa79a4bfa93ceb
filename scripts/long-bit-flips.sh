#!/usr/bin/env bash
# Flips single bits of stored versions, catalog pages, records and batches on their way, and checks that each is noticed by
# name or changes nothing that is read.
# Usage: scripts/long-bit-flips.sh [COUNT]   default 5000; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr
npm run --silent build
DM_FLIPS=${1:-5000} exec npx mocha dist/test/long/bit-flips.test.js
