#!/usr/bin/env bash
# Builds the images for real without a Docker daemon, and runs the programs from them: a base of our own
# by debootstrap, then buildah in chroot isolation. Needs root and the packages buildah and debootstrap;
# not part of make deploy-check. Each program then runs from its image and says that it is healthy.
#
#   image_build.sh [SERVICE…]                    compiles inside the image, as a release does
#   PROGRAMS=DIR image_build.sh [SERVICE…]       takes the programs of DIR, built on the same Debian
#   WORK=DIR image_build.sh [SERVICE…]           keeps base, layers and caches in DIR for the next run, which
#                                                goes on where one that was interrupted stopped
#
# All images of docker-bake.hcl unless services are named. In Node's place the console is built by Debian's.
set -euo pipefail
cd "$(dirname "$0")/../.."
services=("$@")
[ $# -gt 0 ] || read -ra services < <(sed -n 's/.*matrix .*\[\(.*\)\].*/\1/p' deploy/docker-bake.hcl | tr -d '",')
[ ${#services[@]} -gt 0 ] || { echo "image_build: deploy/docker-bake.hcl names no services" >&2; exit 1; }

for tool in buildah debootstrap; do
  command -v "$tool" >/dev/null || { echo "image_build: apt-get install $tool" >&2; exit 1; }
done
if [ -n "${WORK:-}" ]; then
  mkdir -p "$WORK"
  work=$(cd "$WORK" && pwd)
else
  work=$(mktemp -d "${TMPDIR:-/tmp}/throughline-images.XXXXXX")
fi
# Caches that RUN mounts lie in the latter.
mkdir -p "$work/tmp"
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot TMPDIR=$work/tmp
buildah() { command buildah --root "$work/root" --runroot "$work/run" "$@"; }
# What a build that was interrupted leaves mounted could not be deleted.
release() {
  buildah rm --all >/dev/null 2>&1 || true
  umount "$work/root/overlay" 2>/dev/null || true
  [ -n "${WORK:-}" ] || rm -rf "$work"
}
trap release EXIT

base=localhost/throughline-test-base
make_base() {
  local mirror container
  # From where this machine gets its packages.
  # shellcheck disable=SC2016  # apt's own placeholder
  mirror=$(apt-get indextargets --format '$(REPO_URI)' | head -n 1)
  rm -rf "$work/base"
  debootstrap --variant=minbase bookworm "$work/base" "$mirror" >"$work/log" || { tail "$work/log" >&2; exit 1; }
  # How to reach it (proxies, certificates) is this machine's affair as well.
  cp -rL /etc/apt/apt.conf.d/. "$work/base/etc/apt/apt.conf.d/"
  cp -rL /etc/apt/sources.list* "$work/base/etc/apt/"
  container=$(buildah from scratch)
  buildah add -q "$container" "$work/base" / >/dev/null
  buildah commit -q "$container" "$base" >/dev/null
  buildah rm "$container" >/dev/null
  rm -rf "$work/base"
}
buildah inspect --type image "$base" >/dev/null 2>&1 || make_base

node_base=localhost/throughline-test-node
make_node_base() {
  local container registry certificates=/etc/ssl/certs/ca-certificates.crt
  container=$(buildah from "$base")
  buildah run "$container" -- sh -c \
    'apt-get update && apt-get install -y --no-install-recommends nodejs npm && apt-get clean' >"$work/log" 2>&1 ||
    { tail "$work/log" >&2; exit 1; }
  # npm as well gets its packages from where this machine does.
  registry=$(npm config get registry 2>/dev/null || echo https://registry.npmjs.org/)
  buildah add -q "$container" "$certificates" "$certificates" >/dev/null
  buildah run "$container" -- npm config set --global "registry=$registry" "cafile=$certificates"
  buildah commit -q "$container" "$node_base" >/dev/null
  buildah rm "$container" >/dev/null
}
if [[ " ${services[*]} " == *" gateway "* ]]; then
  buildah inspect --type image "$node_base" >/dev/null 2>&1 || make_node_base
fi

# Starts what the image starts and asks its health as the image's own HEALTHCHECK does, in a network
# with nobody else in it; then ends it as Docker does. The gateway also has to show its console.
answers() {
  local container=$1 command=("$2") health=("$2" --healthcheck)
  if [ "$2" = throughline ]; then
    command=(throughline serve --host 127.0.0.1) # elsewhere it asks for API keys
    health=(throughline calls --customer nobody)
  fi
  if [ "$2" = throughline-gateway ]; then
    command=(throughline-gateway --host 127.0.0.1) # for the same reason
    # shellcheck disable=SC2016  # for the shell in the image
    health+=('&& bash -c "exec 3<>/dev/tcp/127.0.0.1/8080;
        printf \"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n\" >&3; grep -q assets/ <&3"')
  fi
  # shellcheck disable=SC2016  # for the shell in the image
  unshare --net sh -c 'ip link set lo up && exec "$@"' sh \
    "$(type -P buildah)" --root "$work/root" --runroot "$work/run" run "$container" -- sh -c '
      eval "$1" >/tmp/out 2>&1 &
      for _ in $(seq 100); do
        if eval "$2" >/tmp/health 2>&1; then
          kill -TERM $! && wait $! && exit
          break
        fi
        sleep 0.1
      done
      cat /tmp/out /tmp/health >&2
      exit 1' sh "exec ${command[*]}" "${health[*]}"
}

stages=()
if [ -n "${PROGRAMS:-}" ]; then
  deploy/docker/collect.sh "$PROGRAMS" "$work/context/out"
  stages=(--build-context "build=$work/context")
fi

for service in "${services[@]}"; do
  image=localhost/throughline/$service
  buildah bud --layers --format docker --build-arg "BASE=$base" --build-arg "NODE_BASE=$node_base" "${stages[@]}" --target "$service" \
    --ignorefile deploy/Dockerfile.dockerignore -t "$image" -f deploy/Dockerfile . >"$work/log" 2>&1 ||
    { tail -n 30 "$work/log" >&2; exit 1; }
  user=$(buildah inspect --type image --format '{{.Docker.Config.User}}' "$image")
  [ "$user" = 65532:65532 ] || { echo "image_build: $service runs as $user" >&2; exit 1; }
  container=$(buildah from "$image")
  program=throughline-$service
  [ "$service" = cli ] && program=throughline
  buildah run "$container" -- "$program" --help >/dev/null
  answers "$container" "$program"
  size=$(du -sm "$(buildah mount "$container")" | cut -f1)
  buildah rm "$container" >/dev/null
  echo "ok      $service: runs as $user and is healthy, $size MiB unpacked"
done
