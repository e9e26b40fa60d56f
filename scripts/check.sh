#!/usr/bin/env bash
# Checks that reviewers run besides the tests: formatting, lint, shell scripts. Needs a configured
# release build (scripts/test.sh) and the packages clang-format, clang-tidy, shellcheck.
#   scripts/check.sh [FILE…]     lints only these sources; default: all (slow, because of LibTorch)
set -euo pipefail
cd "$(dirname "$0")/.."

git ls-files '*.h' '*.cpp' | xargs clang-format --dry-run --Werror
shellcheck scripts/*.sh scripts/bench/*.sh tests/cli/*.sh tests/web/*.sh tests/install/*.sh \
  tests/structure/*.sh .ci/run
if [ $# -gt 0 ]; then
  sources=("$@")
else
  mapfile -t sources < <(git ls-files '*.cpp' | grep -v -e '/kernels_avx' -e '^tests/install/')
fi
printf '%s\n' "${sources[@]}" | xargs -P "$(nproc)" -n 1 clang-tidy -p build/release --quiet \
    --extra-arg=-fno-openmp  # Clang does not find GCC's omp.h
