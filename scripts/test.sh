#!/usr/bin/env bash
# Installs what the tests need and runs them. Tests on real btrfs and XFS need root; without it they are skipped and counted.
set -euo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh acl attr btrfs-progs xfsprogs e2fsprogs libcap2-bin openssl rsync
npm test
