#!/usr/bin/env bash
# Backs up a server that is running, destroys its data, restores, and compares every answer.
#
#   backup_restore.sh BIN_DIR
set -euo pipefail
bin=$(cd "${1:?usage: backup_restore.sh BIN_DIR}" && pwd)
root=$(cd "$(dirname "$0")/../.." && pwd)
calls=$root/tests/data/deals/01-meridian-logistics
work=$(mktemp -d "${TMPDIR:-/tmp}/throughline-backup.XXXXXX")
server=
stop() {
  [ -n "$server" ] || return 0
  kill -TERM "$server" || true
  wait "$server" || true
  server=
}
trap 'stop; rm -rf "$work"' EXIT

start() {
  : >"$work/out"
  "$bin/throughline" serve --port 0 --metrics-port 0 --data-dir "$work/data" >"$work/out" 2>"$work/log" &
  server=$!
  for _ in $(seq 300); do
    address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$work/out")
    [ -z "$address" ] || return 0
    kill -0 "$server" || { tail -n 3 "$work/log" >&2; exit 1; }
    sleep 0.1
  done
  echo "backup_restore: the server was not ready in 30 seconds" >&2
  exit 1
}

throughline() {
  "$bin/throughline" "$@" --server "$address" --memory-server "$address" --router-server "$address"
}

# Everything that can be asked about the customer and about costs.
answers() {
  throughline facts --customer meridian --json
  throughline deal --customer meridian --json
  throughline profile --customer meridian --json
  throughline calls --customer meridian --json
  throughline spend --by model --json
}

start
throughline process --customer meridian --call-id=call-{1,2,3} "$calls"/call-{1,2,3}.txt \
  >/dev/null 2>"$work/log"
answers >"$work/before"

# SQLite's own online backup: a consistent copy while calls go on.
mkdir "$work/backup"
for database in "$work"/data/*.db; do
  sqlite3 "$database" ".backup '$work/backup/$(basename "$database")'"
done

stop
rm -rf "$work/data"
mkdir "$work/data"
cp "$work"/backup/*.db "$work/data/"
start
answers >"$work/after"
if ! diff "$work/before" "$work/after"; then
  echo "backup_restore: the restored server answers otherwise" >&2
  exit 1
fi
# And it goes on from there.
throughline process --customer meridian --call-id=call-4 "$calls/call-4.txt" >/dev/null 2>"$work/log"
echo "ok      $(find "$work/backup" -name '*.db' | wc -l) databases, $(wc -l <"$work/after") lines of answers alike"
