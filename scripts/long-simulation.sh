#!/usr/bin/env bash
# Days of hourly datasets, copied on and expired at five places, with kills and outages, on a simulated clock.
# Usage: scripts/long-simulation.sh [DAYS [HOURS]]   default 200 days of 24 hours; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr strace xfsprogs
npm run --silent build
DM_DAYS=${1:-200} DM_HOURS=${2:-24} exec npx mocha dist/test/long/simulation.test.js
