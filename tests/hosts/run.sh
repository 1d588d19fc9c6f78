#!/usr/bin/env bash
# Every replica on a host of its own: network namespaces of this machine, each with its own address,
# behind names that a DNS server resolves to all replicas. Nothing leaves the machine: the network
# around the hosts is a namespace as well, without a way out, and ends with this program.
#
#   run.sh BIN_DIR [SCENARIO…]     spread grow cut stop term kill; all unless named
set -euo pipefail
bin=$(cd "${1:?usage: run.sh BIN_DIR [SCENARIO…]}" && pwd)
shift
here=$(cd "$(dirname "$0")" && pwd)

apart=(unshare --net --mount --pid --fork --kill-child --mount-proc)
if ! refusal=$("${apart[@]}" ip link add probe type veth peer name eborp 2>&1); then
  echo "skipped hosts: this machine allows no network namespaces: ${refusal%%$'\n'*}"
  exit 0
fi
work=$(mktemp -d "${TMPDIR:-/tmp}/throughline-hosts.XXXXXX")
trap 'rm -rf "$work"' EXIT
chmod 711 "$work" # PostgreSQL runs as another user
"${apart[@]}" python3 -B "$here/proof.py" "$bin" "$work" "$@"
