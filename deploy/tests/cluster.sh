#!/usr/bin/env bash
# Installs the chart in the cluster that kubectl and helm point at, once for each named set of values, in a
# namespace of its own under the restricted Pod Security Standard: install, helm test, restart every service,
# helm test again, uninstall. The sets are those of helm/throughline/ci that need nothing but the images.
#
#   cluster.sh [lite] [restricted]        both by default
#
# The images of deploy/docker-bake.hcl must be where the cluster's nodes find them; SET, as in
# SET=global.imageRegistry=registry.example.com, is handed to helm.
set -euo pipefail
cd "$(dirname "$0")/../.."
chart=helm/throughline
# Not the development stores, which keep nothing.
services='app.kubernetes.io/component in (memory, router, analyst, writer, orchestrator, gateway)'
[ $# -gt 0 ] || set -- lite restricted
for tool in helm kubectl; do
  command -v $tool >/dev/null || { echo "cluster.sh needs $tool" >&2; exit 1; }
done

install() {
  local values=$1 namespace=throughline-test-$1
  kubectl create namespace "$namespace"
  kubectl label namespace "$namespace" pod-security.kubernetes.io/enforce=restricted
  helm install trial "$chart" --namespace "$namespace" --values "$chart/ci/$values-values.yaml" \
    ${SET:+--set "$SET"} --wait --timeout 5m
  helm test trial --namespace "$namespace" --logs
  for workload in $(kubectl get deployment,statefulset --namespace "$namespace" --selector "$services" --output name); do
    kubectl rollout restart "$workload" --namespace "$namespace"
    kubectl rollout status "$workload" --namespace "$namespace" --timeout 5m
  done
  helm test trial --namespace "$namespace" --logs
  helm uninstall trial --namespace "$namespace" --wait
  kubectl delete namespace "$namespace"
}

# What the cluster says of the set that failed.
explain() {
  local status=$?
  [ $status -eq 0 ] && return
  kubectl get pods,events --namespace "throughline-test-$values" || true
  echo "FAILED  $values" >&2
  exit $status
}
trap explain EXIT

for values in "$@"; do
  install "$values"
  echo "ok      $values"
done
