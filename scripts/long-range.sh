#!/usr/bin/env bash
# Counts bytes on the wire: a 2 GiB file with 1 % of its blocks rewritten, on XFS and btrfs (needs root, and 16 GiB of
# memory or disk for the loop mounts), and a moved directory of 100,000 files.
# Usage: scripts/long-range.sh
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr xfsprogs btrfs-progs
npm run --silent build
exec npx mocha dist/test/long/range.test.js
