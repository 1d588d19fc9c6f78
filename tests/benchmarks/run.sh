#!/usr/bin/env bash
# Prints every figure the project publishes, each below the command that repeats it.
#
#   run.sh BUILD_DIR
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:?usage: run.sh BUILD_DIR}
bin=$build/benchmark-bin

show() {
  printf '\n$ %s\n' "$*"
  "$@"
}

show "$bin/pipeline_benchmark" --customers 100
show "$bin/recall_benchmark"
show "$bin/retain_benchmark"
show "$bin/scale_benchmark" --customers 100 --hot 50
show "$bin/scale_benchmark" --store postgres --customers 100 --hot 50
show "$bin/isolation_benchmark" 1000000
show "$bin/isolation_benchmark" 200000 postgres
show env THROUGHLINE_BIN_DIR="$build/bin" "$bin/router_benchmark" all
for name in common_transcript_parse extractive router_judge; do
  show "$bin/${name}_benchmark" --benchmark_min_time=0.5 --benchmark_counters_tabular=true
done
