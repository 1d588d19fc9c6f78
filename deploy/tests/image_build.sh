#!/usr/bin/env bash
# Builds the images for real without a Docker daemon, and runs the programs from them: a base of our own
# by debootstrap, then buildah in chroot isolation. Needs root, the packages buildah and debootstrap, and
# the time of one compile; so it is not part of make deploy-check.
#
#   image_build.sh [SERVICE…]     memory router analyst writer orchestrator cli by default
set -euo pipefail
cd "$(dirname "$0")/../.."
services=("${@:-memory router analyst writer orchestrator cli}")
read -ra services <<<"${services[*]}"

for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || { echo "image_build: apt-get install $tool" >&2; exit 1; }
done
work=$(mktemp -d "${TMPDIR:-/tmp}/throughline-images.XXXXXX")
trap 'rm -rf "$work"' EXIT
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot
buildah() { command buildah --root "$work/root" --runroot "$work/run" "$@"; }

base=throughline-test-base
debootstrap --variant=minbase bookworm "$work/base" "${MIRROR:-http://deb.debian.org/debian}" >/dev/null
container=$(buildah from scratch)
buildah add -q "$container" "$work/base" / >/dev/null
buildah commit -q "$container" "$base" >/dev/null
buildah rm "$container" >/dev/null
rm -rf "$work/base"

for service in "${services[@]}"; do
  # The console is built by Node, which has no base here.
  [ "$service" = gateway ] && { echo "image_build: gateway needs a registry for its Node base" >&2; exit 1; }
  buildah bud -q --layers --format docker --build-arg BASE="localhost/$base" --target "$service" \
    --ignorefile deploy/Dockerfile.dockerignore -t "throughline/$service" -f deploy/Dockerfile . >/dev/null
  user=$(buildah inspect --type image --format '{{.Docker.Config.User}}' "throughline/$service")
  [ "$user" = 65532:65532 ] || { echo "image_build: $service runs as $user" >&2; exit 1; }
  container=$(buildah from "throughline/$service")
  program=throughline-$service
  [ "$service" = cli ] && program=throughline
  buildah run "$container" -- "$program" --help >/dev/null
  buildah rm "$container" >/dev/null
  echo "ok      $service runs as $user"
done
