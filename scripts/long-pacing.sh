#!/usr/bin/env bash
# Counts what four jobs that share a bandwidth rule put on the wire, pushing and pulling, from 100 kB/s to 100 MB/s:
# two minutes on a machine that does nothing else.
# Usage: scripts/long-pacing.sh
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh
npm run --silent build
exec npx mocha dist/test/long/pacing.test.js
