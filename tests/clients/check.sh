#!/usr/bin/env bash
# Public npm clients, unchanged, against a real server. Exits with 77 (skipped) without npm. Asks the
# network only when package-lock.json has changed.
#
#   check.sh THROUGHLINE    path of the binary
set -euo pipefail
THROUGHLINE=$(realpath "${1:?usage: check.sh THROUGHLINE}")
export THROUGHLINE
cd "$(dirname "$0")"
if ! command -v npm >/dev/null; then
  echo "skipped: npm is missing; apt-get install nodejs npm to run the public clients"
  exit 77
fi
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --loglevel=error
npm test --silent
