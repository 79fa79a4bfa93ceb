#!/usr/bin/env bash
# Takes the power from a receiver after commits and at random moments, and checks every dataset that it had acknowledged. Needs
# root. A power loss is an XFS in a loop-mounted file that is shut down without writing its log.
# Usage: scripts/long-power-loss.sh [COUNT]   default 50; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr xfsprogs
npm run --silent build
DM_LOSSES=${1:-50} exec npx mocha dist/test/long/power-loss.test.js
