#!/usr/bin/env bash
# Kills sender, receiver or both at random moments of copies, again and again, and checks what the job makes of it.
# Usage: scripts/long-kills.sh [COUNT]   default 50; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr strace xfsprogs
npm run --silent build
DM_KILLS=${1:-50} exec npx mocha dist/test/long/kill.test.js
