#!/usr/bin/env bash
# Makes Debian packages from the release build, installs mnist-toolkit with apt in a fresh, minimal
# Debian, and reads digits there with the packaged model, from another folder and as another user.
#   scripts/check-package.sh [SUITE]     default: this machine's release, which the build is for
# Needs a finished release build (scripts/test.sh), root, debootstrap and the network.
set -euo pipefail
cd "$(dirname "$0")/.."

# shellcheck disable=SC1091
suite=${1:-$(. /etc/os-release && echo "$VERSION_CODENAME")}
rm -rf build/packages build/debian-fresh
mkdir -p build/packages
(cd build/release && cpack -G DEB -B ../packages >/dev/null)
rm -rf build/packages/_CPack_Packages
build/release/bin/mnist-generate --pictures --count 10 --out build/packages/pictures >/dev/null
trap 'rm -rf build/debian-fresh' EXIT

# shellcheck disable=SC2016  # run by the shell in the tree
DEBIAN_TREE=build/debian-fresh DEBIAN_SHARE=build/packages scripts/in-debian.sh "$suite" sh -euc '
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq
  apt-get install -y -qq --no-install-recommends /srv/share/mnist-toolkit_*.deb >/dev/null
  cp -r /srv/share/pictures /tmp/pictures
  cd /tmp
  as_nobody="setpriv --reuid=nobody --regid=nogroup --clear-groups"
  $as_nobody mnist-predict pictures/*.png | tee /tmp/answers
  right=$(grep -cE "_label([0-9])\.png	\1	" /tmp/answers)
  [ "$right" -ge 9 ] || { echo "only $right of 10 digits were read correctly" >&2; exit 1; }
  mnist-predict --version
  $as_nobody mnist-export --to onnx -o /tmp/digits.onnx
  ls -l /tmp/digits.onnx'
echo "check-package.sh: $(cd build/packages && echo mnist-toolkit_*.deb) works in a fresh $suite" >&2
