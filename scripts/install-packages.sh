#!/usr/bin/env bash
# Installs the Debian packages that mnist-toolkit needs to build. Does nothing if all are installed.
#   scripts/install-packages.sh [--tests]     --tests: also those that only the tests need
#   scripts/install-packages.sh --only PACKAGE…
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(
  build-essential ca-certificates ccache cmake curl git ninja-build pkg-config
  libtorch-dev libgloo-dev libopenblas0-openmp libonnx-dev libprotobuf-dev
  libcli11-dev libspdlog-dev nlohmann-json3-dev libkainjow-mustache-dev
  libcpp-httplib-dev libpng-dev libjpeg-dev zlib1g-dev libssl-dev libcairo2-dev
  libopencv-core-dev libopencv-imgproc-dev libwebp-dev libheif-dev libtiff-dev
)
if [ "${1:-}" = --tests ]; then
  packages+=(catch2 file help2man iproute2 libvalijson-dev python3 python3-torch strace)
elif [ "${1:-}" = --only ]; then
  packages=("${@:2}")
fi

say() { echo "install-packages.sh: $*" >&2; }

install_debian_packages() {
  command -v apt-get >/dev/null ||
    { say "no apt-get; on other systems, install the equivalents of: $*"; exit 2; }
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null || { say "needs root or sudo"; exit 2; }
    as_root=(sudo)
  fi
  say "installing $# packages: $*"
  export DEBIAN_FRONTEND=noninteractive
  "${as_root[@]}" apt-get update -qq >&2
  "${as_root[@]}" apt-get install -y -qq --no-install-recommends "$@" >&2
}

# Installs the given packages that are missing.
install_missing() {
  local missing=() package state
  for package in "$@"; do
    state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
    [ "$state" = installed ] || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] || install_debian_packages "${missing[@]}"
}
install_missing "${packages[@]}"

# In Debian 13 libheif's decoders, and the encoders that the tests use, are separate packages.
if [ "${1:-}" != --only ]; then
  plugins=()
  for plugin in libde265 aomdec ${1:+x265 aomenc}; do
    if apt-cache show "libheif-plugin-$plugin" >/dev/null 2>&1; then
      plugins+=("libheif-plugin-$plugin")
    fi
  done
  [ ${#plugins[@]} -eq 0 ] || install_missing "${plugins[@]}"
fi
