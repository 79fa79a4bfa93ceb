#!/usr/bin/env bash
# Days of hourly datasets, copied on and expired at five places, with kills and outages, on a simulated clock and on btrfs,
# XFS or ext4, as the seed has it.
# Usage: scripts/long-simulation.sh [DAYS [HOURS]]   default 200 days of 24 hours; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr strace xfsprogs btrfs-progs
# What the agents make durable costs least in memory; no kill here is a power loss.
if [ -w /dev/shm ]; then export TMPDIR=${TMPDIR:-/dev/shm}; fi
npm run --silent build
DM_DAYS=${1:-200} DM_HOURS=${2:-24} exec npx mocha dist/test/long/simulation.test.js
