#!/usr/bin/env bash
# Sends mutated messages to the peer port, with a certificate and without, and to the control socket.
# Usage: scripts/long-mutations.sh [COUNT]   default 200000; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
npm run --silent build
DM_MUTATIONS=${1:-200000} exec npx mocha dist/test/security/mutations.test.js
