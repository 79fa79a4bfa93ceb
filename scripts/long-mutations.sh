#!/usr/bin/env bash
# Sends changed messages, HTTP/2 frames, batches and TLS records to the peer port, with a certificate and without, and to the
# control socket, and looks at the agent's memory and at what it does for others meanwhile.
# Usage: scripts/long-mutations.sh [COUNT]   default 200000; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
# What the agents make durable costs least in memory; nothing here is a power loss.
if [ -w /dev/shm ]; then export TMPDIR=${TMPDIR:-/dev/shm}; fi
npm run --silent build
DM_MUTATIONS=${1:-200000} exec npx mocha dist/test/security/mutations.test.js
