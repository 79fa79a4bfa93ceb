#!/usr/bin/env bash
# Copies over a network that resets the connection at every step, stalls for minutes, or passes one byte at a time.
# Usage: scripts/long-network.sh [STRIDE] [SECONDS]   resets at every STRIDE-th step, default 1; stalls of SECONDS, default 150
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr
npm run --silent build
DM_STRIDE=${1:-1} DM_STALL_SECONDS=${2:-150} exec npx mocha dist/test/long/network.test.js
