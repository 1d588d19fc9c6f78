#!/usr/bin/env bash
# Makes ready what images take: programs without symbols, the symbols apart, and the names of the
# Debian packages whose libraries the programs load. Nobody keeps that list by hand.
#
#   collect.sh BIN_DIR OUT_DIR
set -euo pipefail

bin=${1:?usage: collect.sh BIN_DIR OUT_DIR}
out=${2:?usage: collect.sh BIN_DIR OUT_DIR}
mkdir -p "$out/bin" "$out/debug"

libraries=()
for program in "$bin"/throughline "$bin"/throughline-*; do
  name=$(basename "$program")
  objcopy --only-keep-debug "$program" "$out/debug/$name.debug"
  objcopy --strip-all --add-gnu-debuglink="$out/debug/$name.debug" "$program" "$out/bin/$name"
  while read -r library; do libraries+=("$library"); done \
    < <(ldd "$program" | sed -n 's/.*=> \(\/[^ ]*\).*/\1/p')
done

# Debian's /lib is a link to /usr/lib, and dpkg knows a file by either name.
for library in $(printf '%s\n' "${libraries[@]}" | sort -u); do
  owner=$(dpkg -S "$library" 2>/dev/null || dpkg -S "/usr$library" 2>/dev/null) || {
    echo "collect: no package owns $library; install it from Debian or link it statically" >&2
    exit 1
  }
  echo "${owner%%:*}"
done | sort -u >"$out/runtime-packages.txt"
