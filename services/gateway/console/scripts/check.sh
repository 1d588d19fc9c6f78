#!/usr/bin/env bash
# Types, build, size and unit tests of the console, for ctest. Exits with 77 (skipped) without npm.
#
#   check.sh DIRECTORY    built there
set -euo pipefail
out=$(realpath -m "${1:?usage: check.sh DIRECTORY}")
cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null; then
  echo "skipped: npm is missing; apt-get install nodejs npm to check the console"
  exit 77
fi
readonly kMaxCompressedBytes=300000

scripts/install.sh
npm run --silent check
npm run --silent build -- "$out"
if grep -qE '<script>|<script [^t]|style=' "$out/index.html"; then
  echo "index.html: expected no inline script or style; the gateway's policy refuses them"
  exit 1
fi
size=$(find "$out" -type f -exec gzip -c {} + | wc -c)
if [ "$size" -gt "$kMaxCompressedBytes" ]; then
  echo "bundle: expected at most $kMaxCompressedBytes bytes compressed, found $size; look for what grew"
  exit 1
fi
echo "bundle: $size bytes compressed"
npm test --silent
