#!/usr/bin/env bash
# Counts what four jobs that share a bandwidth rule put on the wire, pushing and pulling, by the rules of the agent that
# drives the jobs and of the one that serves them, from 100 kB/s to 100 MB/s: three minutes on a machine that does nothing else.
# Usage: scripts/long-pacing.sh [short]   short: 100 kB/s and 10 MB/s only, in less than a minute and a half
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  '' | short) ;;
  *) echo "usage: scripts/long-pacing.sh [short]" >&2; exit 2 ;;
esac
bash scripts/setup.sh
npm run --silent build
DM_PACING=${1:-} exec npx mocha dist/test/long/pacing.test.js
