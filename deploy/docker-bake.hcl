# docker buildx bake -f deploy/docker-bake.hcl [--set '*.platform=linux/amd64,linux/arm64'] [--push]

variable "REGISTRY" { default = "" }
variable "VERSION" { default = "0.1.0" }
variable "REVISION" { default = "unknown" }
# For releases: debian:bookworm-slim@sha256:…
variable "BASE" { default = "debian:bookworm-slim" }
# What builds the console; nothing of it is in an image.
variable "NODE_BASE" { default = "node:22-bookworm-slim" }

group "default" { targets = ["image"] }

target "image" {
  name       = service
  matrix     = { service = ["memory", "router", "analyst", "writer", "orchestrator", "gateway", "cli"] }
  context    = "."
  dockerfile = "deploy/Dockerfile"
  target     = service
  tags       = ["${REGISTRY}throughline/${service}:${VERSION}"]
  args       = { BASE = BASE, NODE_BASE = NODE_BASE, VERSION = VERSION, REVISION = REVISION }
  # Beside the image: what is in it, and how it came about.
  attest     = ["type=sbom", "type=provenance,mode=max"]
}
