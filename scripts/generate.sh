#!/usr/bin/env bash
# Makes the TypeScript types of the wire messages from proto/. The result is committed;
# `npm run check` fails when it is not up to date.
set -euo pipefail
cd "$(dirname "$0")/.."
out=src/rpc/generated
rm -rf "$out"
common=(--includeDirs=proto --keepCase --enums=String --defaults --grpcLib=@grpc/grpc-js --importFileExtension=.js --targetFileExtension=.ts)
npx proto-loader-gen-types "${common[@]}" --oneofs --longs=String --outDir="$out/peer" datamover/v1/peer.proto
npx proto-loader-gen-types "${common[@]}" --longs=Number --outDir="$out/control" datamover/v1/control.proto
