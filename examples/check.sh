#!/usr/bin/env bash
# Runs every example against a server of its own, for ctest: the same call is sent by each, so each must get the same answer. The one
# for Node is left out where there is no node.
#
#   check.sh THROUGHLINE PROCESS_CALL    paths of the binaries
set -euo pipefail
throughline=$(realpath "${1:?usage: check.sh THROUGHLINE PROCESS_CALL}")
process_call=$(realpath "${2:?usage: check.sh THROUGHLINE PROCESS_CALL}")
cd "$(dirname "$0")"
call=../tests/data/deals/01-meridian-logistics/call-1.txt
scratch=$(mktemp -d)
"$throughline" serve --port 0 --data-dir "$scratch/data" >"$scratch/addresses" 2>"$scratch/log" &
server=$!
trap 'kill "$server"; wait "$server" || true; rm -rf "$scratch"' EXIT
for _ in $(seq 100); do
  [ -s "$scratch/addresses" ] && break
  sleep 0.1
done
address() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$scratch/addresses" "$1"; }

"$process_call" "$(address address)" meridian "$call" >"$scratch/expected"
grep -q '^blocks: .' "$scratch/expected"
grep -q '^subject: .' "$scratch/expected"
compare() {
  local name=$1
  shift
  "$@" >"$scratch/$name" 2>"$scratch/$name.err" || { cat "$scratch/$name.err"; exit 1; }
  diff "$scratch/expected" "$scratch/$name"
  echo "$name: as expected"
}
compare curl ./curl.sh "$(address http)" meridian "$call"
compare python python3 ./python.py "$(address http)" meridian "$call"
if command -v node >/dev/null; then
  compare node node ./node.mjs "$(address http)" meridian "$call"
else
  echo "node: left out; apt-get install nodejs to run it"
fi
