#!/usr/bin/env bash
# Builds the console into a directory that the gateway serves (--console).
#
#   build.sh DIRECTORY
set -euo pipefail
out=$(realpath -m "${1:?usage: build.sh DIRECTORY}")
cd "$(dirname "$0")/.."
scripts/install.sh
npm run --silent build -- "$out"
echo "console: $out"
