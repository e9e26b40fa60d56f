#!/usr/bin/env bash
# Fuzzes one parser of untrusted bytes for a while, from the corpus in tests/fuzz:
#   scripts/fuzz.sh TARGET MINUTES      TARGET: csv, decode_image, gzip, idx, model_file, …
# New inputs are kept in build/PRESET/found/TARGET and are used by the next run. A finding stays
# there as crash-…, and this script fails; fix it, and put the input into tests/fuzz/corpus/TARGET
# under a name that says what it is. Needs clang.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ $# -ne 2 ] || [ ! -f "tests/fuzz/fuzz_$1.cpp" ]; then
  echo "usage: scripts/fuzz.sh TARGET MINUTES; targets:" >&2
  for file in tests/fuzz/fuzz_*.cpp; do
    name=${file##*/fuzz_}
    echo "  ${name%.cpp}" >&2
  done
  exit 2
fi
target=$1
minutes=$2

preset=fuzz
corpora=("tests/fuzz/corpus/$target")
case $target in  # what needs the networks
  config | model_file | read_picture) preset=fuzz-reader ;;
esac
case $target in
  config) corpora+=(configs) ;;
  read_picture) corpora+=(tests/fuzz/corpus/decode_image) ;;
esac

cmake --preset "$preset" >/dev/null
cmake --build --preset "$preset" --target "fuzz_$target"
found=build/$preset/found/$target
mkdir -p "$found"
"build/$preset/bin/fuzz_$target" -max_total_time=$((minutes * 60)) -timeout=10 -rss_limit_mb=2048 \
  -print_final_stats=1 -artifact_prefix="$found/" "$found" "${corpora[@]}"
