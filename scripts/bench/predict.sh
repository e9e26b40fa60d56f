#!/usr/bin/env bash
# How long mnist-predict takes, beside what others would take on the same machine in the same run:
#   - one picture, start to end, against a program that only creates one LibTorch tensor;
#   - 10 000 PNGs of 28x28, with peak memory, against a loop of Pillow and PyTorch in Python.
# Needs `cmake --preset release`; the peer in Python needs python3-torch and python3-pil, and is left out where
# they are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

cmake --build build/release --target mnist-predict mnist-generate bare_torch >/dev/null
bin=build/release/bin
count=${COUNT:-10000}
python=${PYTHON:-python3}
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The median of `rounds` wall times of a command, in seconds.
median() {
  local i
  for ((i = 0; i < rounds; i++)); do
    /usr/bin/time -f %e -o "$work/time" "$@" >/dev/null
    cat "$work/time"
  done | sort -n | sed -n "$(((rounds + 1) / 2))p"
}

"$bin/mnist-generate" --pictures --count 10 --out "$work/one" >/dev/null
"$bin/mnist-generate" --pictures --count 1 --outliers "$count" --out "$work/many" >/dev/null
rm "$work/many"/*_label*.png

one=$(median "$bin/mnist-predict" "$work/one/0003_label3.png")
bare=$(median "$bin/bare_torch")
printf 'one picture, start to end         %6.2f s\n' "$one"
printf '  a program with one tensor       %6.2f s   (ratio %s)\n' "$bare" \
  "$(awk -v a="$one" -v b="$bare" 'BEGIN { printf "%.2f", a / b }')"

many=$(median "$bin/mnist-predict" -r "$work/many")
/usr/bin/time -f %M -o "$work/memory" "$bin/mnist-predict" -r "$work/many" >/dev/null
printf '%d PNGs of 28x28               %6.2f s   %d MiB\n' "$count" "$many" \
  "$(($(cat "$work/memory") / 1024))"

if "$python" -c 'import torch, PIL' 2>/dev/null; then
  /usr/bin/time -f '%e %M' -o "$work/peer" "$python" scripts/bench/predict_peer.py "$work/many"
  read -r seconds memory <"$work/peer"
  printf '  Pillow and PyTorch in Python    %6.2f s   %d MiB\n' "$seconds" "$((memory / 1024))"
else
  echo '  Pillow and PyTorch in Python    left out: python3-torch and python3-pil are not installed'
fi
