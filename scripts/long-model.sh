#!/usr/bin/env bash
# Random changes of a tree, captures, copies to everywhere, kills, expiries, deletions and restores, compared with a model.
# Usage: scripts/long-model.sh [SEEDS [STEPS [FIRST_SEED]]]   default 100 seeds of 100 steps from seed 1; a failing seed is
# repeated by scripts/long-model.sh 1 STEPS SEED
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr btrfs-progs xfsprogs e2fsprogs
npm run --silent build
DM_SEEDS=${1:-100} DM_STEPS=${2:-100} DM_FIRST_SEED=${3:-1} exec npx mocha dist/test/long/model.test.js
