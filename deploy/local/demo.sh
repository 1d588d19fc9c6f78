#!/usr/bin/env bash
# The five calls end to end: Redis and the five services as processes of their own on loopback,
# then call 5 once more for a customer nobody remembers. Everything started here is stopped here.
#
#   demo.sh BIN_DIR
set -euo pipefail

root=$(cd "$(dirname "$0")/../.." && pwd)
bin=$(cd "${1:?usage: demo.sh BIN_DIR}" && pwd)
calls=$root/tests/data/deals/01-meridian-logistics
work=$(mktemp -d "${TMPDIR:-/tmp}/throughline-demo.XXXXXX")
pids=()

stop() {
  # In reverse, so that nobody loses a service it still needs.
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do
    kill -TERM "${pids[i]}" 2>/dev/null || true
    wait "${pids[i]}" 2>/dev/null || true
  done
  rm -rf "$work"
}
trap stop EXIT

fail() {
  echo "demo: $1" >&2
  [ -s "$work/$2.log" ] && tail -n 5 "$work/$2.log" >&2
  exit 1
}

# start NAME COMMAND…: runs it in the background and waits for the line of JSON that gives its
# address; leaves the address in $address.
start() {
  local name=$1
  shift
  "$@" >"$work/$name.out" 2>"$work/$name.log" &
  pids+=($!)
  for _ in $(seq 100); do
    address=$(sed -n 's/.*"address":"\([^"]*\)".*/\1/p' "$work/$name.out")
    [ -n "$address" ] && return
    kill -0 "${pids[-1]}" 2>/dev/null || fail "$name ended before it was ready" "$name"
    sleep 0.1
  done
  fail "$name was not ready within 10 seconds" "$name"
}

# Redis cannot be asked to choose a port, so ports are tried until one is free.
start_redis() {
  for port in $(shuf -i 20000-29999 -n 20); do
    redis-server --port "$port" --bind 127.0.0.1 --save '' --appendonly no --dir "$work" \
      >"$work/redis.log" 2>&1 &
    local pid=$!
    for _ in $(seq 50); do
      if [ "$(redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null)" = PONG ] &&
        kill -0 "$pid" 2>/dev/null; then
        pids+=("$pid")
        redis=127.0.0.1:$port
        return
      fi
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.05
    done
    kill "$pid" 2>/dev/null || true
  done
  fail "no Redis could be started" redis
}

headline() { printf '\n=== %s\n\n' "$1"; }

headline "Starting Redis and five services"
start_redis
start memory "$bin/throughline-memory" --port 0 --metrics-port 0 --trust-tenant-metadata \
  --data-dir "$work/memory" --redis "$redis"
memory=$address
start router "$bin/throughline-router" --port 0 --metrics-port 0 --trust-tenant-metadata \
  --data-dir "$work/router"
router=$address
start analyst "$bin/throughline-analyst" --port 0 --metrics-port 0 --trust-tenant-metadata \
  --router "$router"
analyst=$address
start writer "$bin/throughline-writer" --port 0 --metrics-port 0 --trust-tenant-metadata \
  --router "$router"
writer=$address
start orchestrator "$bin/throughline-orchestrator" --port 0 --metrics-port 0 \
  --data-dir "$work/orchestrator" --memory "$memory" --analyst "$analyst" --writer "$writer" \
  --router "$router"
orchestrator=$address
printf 'redis %s  memory %s  router %s  analyst %s  writer %s  orchestrator %s\n' \
  "$redis" "$memory" "$router" "$analyst" "$writer" "$orchestrator"

throughline() {
  "$bin/throughline" "$@" --server "$orchestrator" --memory-server "$memory" \
    --router-server "$router"
}

headline "Five calls with Meridian Logistics, in order"
throughline process --customer meridian-logistics --call-id=call-{1,2,3,4,5} \
  "$calls"/call-{1,2,3,4,5}.txt

headline "The same fifth call for a customer nobody remembers"
throughline process --customer a-stranger --call-id=call-5 "$calls/call-5.txt"

headline "The deal as it is remembered"
throughline deal --customer meridian-logistics

headline "What the models cost"
throughline spend --by model
