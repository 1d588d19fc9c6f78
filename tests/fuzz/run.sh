#!/usr/bin/env bash
# Builds the fuzz targets with clang and runs each for a while; new inputs join the corpus.
#
#   run.sh SECONDS [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:?usage: run.sh SECONDS [TARGET...]}
shift
build=${BUILD:-build/fuzz}
targets=("$@")
if [ ${#targets[@]} -eq 0 ]; then
  for source in tests/fuzz/*_fuzz.cc; do
    name=$(basename "$source" _fuzz.cc)
    targets+=("$name")
  done
fi

cmake -S . -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER=clang++-14 \
  -DTHROUGHLINE_FUZZ=ON >/dev/null
cmake --build "$build" --target "${targets[@]/#/fuzz_}"
for name in "${targets[@]}"; do
  corpus=tests/fuzz/corpus/$name
  found=$build/found/$name
  mkdir -p "$found"
  printf '\n== %s, %s s\n' "$name" "$seconds"
  "$build/fuzz-bin/fuzz_$name" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
    -max_len=16384 -print_final_stats=1 -artifact_prefix="$found/" "$found" "$corpus" 2>&1 |
    grep -E 'ERROR|SUMMARY|expected:|stat::number_of_executed_units|Test unit written' || true
done
