#!/usr/bin/env bash
# Installs the Debian packages that mnist-toolkit is built from. Does nothing when all are there.
#   scripts/install-packages.sh [--tests]     --tests: those that only the tests need, too
#   scripts/install-packages.sh --only PACKAGE…
set -euo pipefail

packages=(
  build-essential ca-certificates ccache cmake curl git ninja-build pkg-config
  libtorch-dev libopenblas0-openmp
  libcli11-dev libspdlog-dev nlohmann-json3-dev
  libcpp-httplib-dev libpng-dev libjpeg-dev zlib1g-dev libssl-dev libcairo2-dev
  libopencv-core-dev libopencv-imgproc-dev
)
if [ "${1:-}" = --tests ]; then
  packages+=(catch2 python3)
elif [ "${1:-}" = --only ]; then
  packages=("${@:2}")
fi

missing=()
for package in "${packages[@]}"; do
  state=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$state" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "install-packages.sh: this is no Debian; please install: ${missing[*]}" >&2
  exit 2
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install-packages.sh: needs root or sudo" >&2; exit 2; }
  as_root=(sudo)
fi
echo "Installing ${#missing[@]} packages: ${missing[*]}" >&2
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq >&2
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >&2
