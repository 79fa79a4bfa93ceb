#!/usr/bin/env bash
# Lets system calls of sender and receiver fail during copies, one at a time, and checks that no copy calls itself whole
# when it is not, and that the next one brings everything. Needs the right to trace processes.
# Usage: scripts/long-faults.sh [COUNT]   default 100; DM_SEED=N repeats a run
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr strace
npm run --silent build
DM_FAULTS=${1:-100} exec npx mocha dist/test/long/syscall-faults.test.js
