#!/usr/bin/env bash
# Measures an agent with 1,000 policies, 10,000 datasets and 10,000 ended jobs: its start, what its lists take, and what it
# does while nothing is due.
# Usage: scripts/long-scale.sh [FACTOR]   how much longer things may take on a busy machine, default 1
set -euo pipefail
cd "$(dirname "$0")/.."
npm run --silent build
DM_BUSY=${1:-1} exec npx mocha dist/test/long/scale.test.js
