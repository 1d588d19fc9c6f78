#!/usr/bin/env bash
# Everything that reads the tree without running it. Prints one line per checker; details of a
# failure above it. Usage: lint.sh BUILD_DIR [--fast]   (--fast leaves clang-tidy out)
# shellcheck disable=SC2317  # the checkers are called by name
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
build=${1:?usage: lint.sh BUILD_DIR [--fast]}
fast=${2:-}
failed=0

check() {
  local name=$1
  shift
  local output
  if output=$("$@" 2>&1); then
    echo "ok      $name"
  else
    printf '%s\n' "$output" | tail -n 60
    echo "FAILED  $name"
    failed=1
  fi
}

format() { git ls-files '*.cc' '*.h' | xargs clang-format --dry-run -Werror; }

# buf comes from its npm package, kept out of the tree.
buf_lint() {
  local cache=${XDG_CACHE_HOME:-$HOME/.cache}/throughline/buf
  if [ ! -x "$cache/node_modules/.bin/buf" ]; then
    command -v npm >/dev/null || { echo "buf needs npm: apt-get install npm"; return 1; }
    mkdir -p "$cache" && npm install --prefix "$cache" --no-fund --no-audit --silent @bufbuild/buf@1.75.0
  fi
  "$cache/node_modules/.bin/buf" lint
}

shell_scripts() { git ls-files '*.sh' .ci/run | xargs shellcheck; }

# By itself, without the libraries' headers; tests are GoogleTest's macros, which it cannot read so.
cpp_check() {
  git ls-files 'common/*.cc' 'services/*.cc' 'tests/*.cc' 'examples/*.cc' | grep -v '_test\.cc$' |
    cppcheck --quiet -j "$(nproc)" --std=c++20 --language=c++ -I . --file-list=- \
      --enable=warning,performance,portability --suppress=missingInclude \
      --library=tests/lint/cppcheck.cfg \
      --suppressions-list=tests/lint/cppcheck-suppressions.txt --error-exitcode=1 \
      --template='{file}:{line}: {id}: {message}'
}

# As the build joins the sources, so that headers are read once for several of them. What lies in
# the build folder is generated.
tidy() {
  sed -n 's/^ *"file": "\(.*\)",\{0,1\}$/\1/p' "$build/compile_commands.json" |
    grep -E '/(common|services)/' | grep -vE '\.pb\.cc$|/(embedded|default)_[a-z]*\.cc$' |
    xargs -P "$(nproc)" -n 1 clang-tidy -p "$build" --quiet --config-file=.clang-tidy \
      --checks=-bugprone-suspicious-include --header-filter="^$PWD/(common|services|tests)/" \
      --extra-arg=-Wno-unknown-warning-option
}

check clang-format format
check shellcheck shell_scripts
check buf buf_lint
check cppcheck cpp_check
[ "$fast" = --fast ] || check clang-tidy tidy
exit $failed
