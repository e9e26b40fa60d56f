#!/usr/bin/env bash
# Installs packages, builds, runs every test. Safe to run again: the build is kept.
set -euo pipefail
cd "$(dirname "$0")/.."

./scripts/install-packages.sh --tests
./scripts/install-web-tests.sh
cmake --preset release -DMNIST_BUILD_TESTS=ON
cmake --build --preset release
ctest --preset release --parallel "$(nproc)" "$@"
