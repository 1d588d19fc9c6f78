#!/usr/bin/env bash
# The console's npm packages, as package-lock.json pins them. Asks the network only when they have
# changed.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v npm >/dev/null; then
  echo "console: npm is missing; run apt-get install nodejs npm (Debian 12's are new enough)" >&2
  exit 1
fi
[ node_modules/.package-lock.json -nt package-lock.json ] && exit 0
npm ci --loglevel=error
