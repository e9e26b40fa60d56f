#!/usr/bin/env bash
# Installs packages, builds, passes every test. Run it again at any time: what is built stays built.
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install-packages.sh --tests
./scripts/install-web-tests.sh
cmake --preset release -DMNIST_BUILD_TESTS=ON
cmake --build --preset release
ctest --preset release --parallel "$(nproc)" "$@"
