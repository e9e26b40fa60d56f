#!/usr/bin/env bash
# Compares two ranks of one thread with one process of two threads, at the same batch size, in
# float32: loss curves and speed. Trains CONFIG once for 50 steps, then RUNS times in full,
# alternating between the two; prints medians.
#   scripts/bench/data_parallel.sh [CONFIG] [RUNS]
# Needs a release build and the MNIST files (scripts/fetch-mnist.sh).
set -euo pipefail
cd "$(dirname "$0")/../.."
config=${1:-configs/fast.json}
runs=${2:-3}
bin=build/release/bin
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# train PROCESSES OUT ARGUMENT…
train() {
  local processes=$1 out=$2 rank
  shift 2
  local arguments=(--config "$config" --out "$out" -q --set training.precision=float32
    --threads $((2 / processes)) "$@")
  if [ "$processes" -eq 1 ]; then
    "$bin"/mnist-train "${arguments[@]}" >/dev/null
    return
  fi
  local ranks=() process
  for rank in 1 0; do
    RANK=$rank WORLD_SIZE=2 MASTER_ADDR=127.0.0.1 "$bin"/mnist-train "${arguments[@]}" >/dev/null &
    ranks+=("$!")
  done
  for process in "${ranks[@]}"; do wait "$process"; done
}
field() { sed -E "s/.*\"$1\":([0-9.e+-]+).*/\1/" "$2/metrics.jsonl"; }
median() { sort -g | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# Epochs of ten steps: five points of the loss curve in 50 steps.
"$bin"/mnist-generate --out "$work/data" --train 2560 --test 10 --seed 1 >/dev/null
for processes in 1 2; do
  train $processes "$work/curve$processes" --data "$work/data" --set data.validation=0 \
    --set training.epochs=5 --set training.batch_size=256
done
echo "training loss, each row the mean of ten steps:"
paste <(field train_loss "$work/curve1") <(field train_loss "$work/curve2") | awk '
  BEGIN { print "  1 process x 2 threads   2 processes x 1 thread   difference" }
  { d = $1 - $2; if (d < 0) d = -d; if (d > most) most = d
    printf "  %-23.7f %-24.7f %.1e\n", $1, $2, d }
  END { printf "largest difference %.1e (within 1e-4: %s)\n", most, most < 1e-4 ? "yes" : "NO" }'

for run in $(seq "$runs"); do
  for processes in 1 2; do
    train $processes "$work/speed$processes.$run"
    field seconds "$work/speed$processes.$run" | awk '{ s += $1 } END { print s }' \
      >>"$work/seconds$processes"
  done
done
one=$(median <"$work/seconds1")
two=$(median <"$work/seconds2")
echo "$config, seconds of training, median of $runs: $one with 1 x 2 threads, $two with 2 x 1;" \
  "ratio $(awk "BEGIN { printf \"%.2f\", $two / $one }")"
