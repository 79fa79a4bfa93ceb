#!/usr/bin/env bash
# Kills sender, receiver or both at random moments and at every commit point of captures, pushes, backups, expiries and prunes, again
# and again, and checks what the jobs make of it. Needs root, for it mounts XFS, btrfs and ext4 from files in memory.
# Usage: scripts/long-kills.sh [COUNT]   default 50; DM_SEED=N repeats a run; DM_KILL_LEDGER=FILE adds runs up: from 300 kills on every point must have been hit
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr xfsprogs btrfs-progs e2fsprogs
npm run --silent build
DM_KILLS=${1:-50} exec npx mocha dist/test/long/kill.test.js
