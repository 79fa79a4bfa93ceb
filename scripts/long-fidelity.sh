#!/usr/bin/env bash
# Copies a tree of everything that a file system can hold in every direction, and by rsync, and writes docs/fidelity.md.
# Needs root, to mount a file system.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr btrfs-progs e2fsprogs libcap2-bin rsync xfsprogs
npm run --silent build
exec npx mocha dist/test/long/fidelity.test.js
