#!/usr/bin/env bash
# The main job on this machine: two agents, a real tree, push, difference, pull, compare.
# Usage: scripts/main-job.sh [DIRECTORY]   works below DIRECTORY (default: a new one in TMPDIR), which is removed afterwards
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr rsync
npm run --silent build
exec node dist/test/main-job/main.js "$@"
