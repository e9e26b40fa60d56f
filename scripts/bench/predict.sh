#!/usr/bin/env bash
# Times mnist-predict against alternatives on the same machine, in turn; prints medians over ROUNDS:
#   - one picture, start to end, against a program that only creates one LibTorch tensor;
#   - 10 000 PNGs of 28x28, with peak memory, against a loop of Pillow and PyTorch in Python.
# Needs `cmake --preset release`; the Python loop needs python3-torch and python3-pil, and is left
# out if they are missing.
set -euo pipefail
cd "$(dirname "$0")/../.."

cmake --build build/release --target mnist-predict mnist-generate bare_torch >/dev/null
bin=build/release/bin
count=${COUNT:-10000}
python=${PYTHON:-python3}
rounds=${ROUNDS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# measure NAME COMMAND...: logs wall seconds and peak KiB of one run under NAME.
measure() {
  /usr/bin/time -a -f '%e %M' -o "$work/$1.log" "${@:2}" >/dev/null
}

# The median of `rounds` numbers.
median() { sort -n | sed -n "$(((rounds + 1) / 2))p"; }
seconds() { cut -d' ' -f1 "$work/$1.log" | median; }
mebibytes() { echo $(($(cut -d' ' -f2 "$work/$1.log" | median) / 1024)); }

"$bin/mnist-generate" --pictures --count 10 --out "$work/one" >/dev/null
"$bin/mnist-generate" --pictures --count 1 --outliers "$count" --out "$work/many" >/dev/null
rm "$work/many"/*_label*.png

for ((i = 0; i < rounds; i++)); do
  measure one "$bin/mnist-predict" "$work/one/0003_label3.png"
  measure bare "$bin/bare_torch"
done
printf 'one picture, start to end         %6.2f s\n' "$(seconds one)"
printf '  a program with one tensor       %6.2f s   (ratio %s)\n' "$(seconds bare)" \
  "$(awk -v a="$(seconds one)" -v b="$(seconds bare)" 'BEGIN { printf "%.2f", a / b }')"

peer=no
if "$python" -c 'import torch, PIL' 2>/dev/null; then peer=yes; fi
for ((i = 0; i < rounds; i++)); do
  measure many "$bin/mnist-predict" -r "$work/many"
  if [ $peer = yes ]; then measure peer "$python" scripts/bench/predict_peer.py "$work/many"; fi
done
printf '%d PNGs of 28x28               %6.2f s   %d MiB\n' "$count" "$(seconds many)" "$(mebibytes many)"
if [ $peer = yes ]; then
  printf '  Pillow and PyTorch in Python    %6.2f s   %d MiB\n' "$(seconds peer)" "$(mebibytes peer)"
else
  echo '  Pillow and PyTorch in Python    left out: python3-torch and python3-pil are not installed'
fi
