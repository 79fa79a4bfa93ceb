#!/usr/bin/env bash
# Every kind of change, each in a copy of its own, in every direction, on the file system of TMPDIR, XFS and btrfs.
# Usage: scripts/long-matrix.sh
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr xfsprogs btrfs-progs
npm run --silent build
exec npx mocha dist/test/long/matrix.test.js
