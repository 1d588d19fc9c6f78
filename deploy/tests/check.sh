#!/usr/bin/env bash
# Everything about deployment that can be checked without a cluster. Prints one line per step; the
# output of a step above it when it fails.
#
#   check.sh [BIN_DIR]     with BIN_DIR, also against the running programs in it
# shellcheck disable=SC2317  # the steps are called by name
set -uo pipefail
cd "$(dirname "$0")" || exit 1
root=$(cd ../.. && pwd)
bin=${1:-}
failed=0

# Debian's own or newer ones from elsewhere, which its packages would conflict with.
for tool in node npm; do
  command -v $tool >/dev/null || { echo "deploy-check needs $tool: apt-get install nodejs npm" >&2; exit 1; }
done

step() {
  local name=$1 from=$SECONDS output
  shift
  if output=$("$@" 2>&1); then
    printf 'ok      %-28s %3d s  %s\n' "$name" $((SECONDS - from)) "$(tail -n 1 <<<"$output" | cut -c -90)"
  else
    printf '%s\n' "$output" | tail -n 60
    printf 'FAILED  %s\n' "$name"
    failed=1
  fi
}

# Node's packages stay beside the tests, out of git, and are fetched when the lock file changes.
node_packages() {
  cmp -s package-lock.json node_modules/.installed && return
  npm ci --ignore-scripts --no-audit --no-fund --loglevel=error && cp package-lock.json node_modules/.installed
}

dockerfile_lint() { node_modules/.bin/dockerfile-utils lint ../Dockerfile; }

prometheus_files() {
  promtool check config "$root/deploy/prometheus/prometheus.yml" &&
    promtool check rules "$root"/deploy/prometheus/rules/*.yml
}

alert_tests() { promtool test rules "$root"/deploy/prometheus/tests/*_test.yml; }

shell_scripts() { git -C "$root" ls-files -z 'deploy/*.sh' | (cd "$root" && xargs -0 shellcheck); }

# The promtool of the rules that the chart would install.
chart_rules() {
  node -e '
    import("./helm.mjs").then(async ({ chart, documents, run, valuesFile }) => {
      const { stdout, stderr } = await run(["template", "rel", chart, "-f", valuesFile({ prometheusRule: { enabled: true, thresholds: { cost_spike_ratio: 5 } } })]);
      const rule = documents(stdout).find(({ document }) => document.kind === "PrometheusRule");
      if (!rule) throw new Error(stderr);
      process.stdout.write(JSON.stringify(rule.document.spec));
    })' >"$scratch/rules.yml" && promtool check rules "$scratch/rules.yml"
}

no_registry_hosts() { ! grep -nE '"resolved"' package-lock.json; }

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
step "node packages" node_packages
step "lock file names no host" no_registry_hosts
step "copies and dashboards" node sync.mjs --check
step "chart README" node readme.mjs --check
step "chart renders" node chart_render.mjs
step "chart unit cases" node chart_unit.mjs
step "chart rules" chart_rules
step "compose and images" node containers.mjs
step "compose lint" node compose_lint.mjs
step "Dockerfile lint" dockerfile_lint
step "Prometheus files" prometheus_files
step "metrics, alerts, dashboards" node observability.mjs
step "alert tests" alert_tests
step "shellcheck" shell_scripts
if [ -n "$bin" ]; then
  step "live metrics" node live_metrics.mjs "$bin"
  step "backup and restore" ./backup_restore.sh "$bin"
else
  echo "skipped live metrics, backup and restore: build first, or name the folder of the programs"
fi
echo "took $SECONDS s"
exit $failed
