#!/usr/bin/env bash
# Kills a training at random instants, resumes it each time, and compares the SHA-256 of the weights
# with those of a run left alone.
#   scripts/bench/kill-and-resume.sh [KILLS] [CONFIG] [KEY=VALUE…]
# Default: 20 kills of configs/fast.json over 4 epochs, a checkpoint every 10 steps. The data are
# found as mnist-train finds them ($MNIST_DATA_DIR, data/mnist). Exits with 1 when a digest differs.
set -euo pipefail
cd "$(dirname "$0")/../.."

kills=${1:-20}
config=${2:-configs/fast.json}
shift $(($# < 2 ? $# : 2))
settings=(training.epochs=4 training.checkpoint_steps=10 "$@")
train=build/release/bin/mnist-train
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# The weights alone: the headers hold times.
digest() {
  local header
  header=$(od -A n -t u8 -N 8 "$1" | tr -d ' ')
  tail -c +$((header + 9)) "$1" | sha256sum | cut -c 1-16
}
digests() {
  for file in checkpoint last.safetensors best.safetensors; do digest "$1/$file"; done | xargs
}

arguments=()
for setting in "${settings[@]}"; do arguments+=(--set "$setting"); done
"$train" --config "$config" "${arguments[@]}" --out "$folder/whole" --quiet > "$folder/result"
echo "undisturbed       $(digests "$folder/whole")"
expected=$(digests "$folder/whole")
start=$(date +%s%N)
"$train" --config "$config" "${arguments[@]}" --out "$folder/timed" --quiet > "$folder/result"
whole=$((($(date +%s%N) - start) / 1000000))

failed=0
killed=0
attempt=0
while [ "$killed" -lt "$kills" ]; do
  attempt=$((attempt + 1))
  run=$folder/$attempt
  kills_here=0
  writing=0
  for (( ; ; )); do
    if [ -e "$run/config.json" ]; then command=("$train" --resume "$run" --quiet)
    else command=("$train" --config "$config" "${arguments[@]}" --out "$run" --quiet); fi
    if [ "$killed" -ge "$kills" ]; then
      "${command[@]}" > "$folder/result"
      break
    fi
    "${command[@]}" > "$folder/result" &
    # Somewhere between its start and a little after its end, were it left alone.
    milliseconds=$(((RANDOM * 32768 + RANDOM) % whole))
    sleep "$(printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000)))"
    kill -KILL $! 2> /dev/null || true
    if wait $! 2> /dev/null; then break; fi
    killed=$((killed + 1))
    kills_here=$((kills_here + 1))
    if compgen -G "$run/.mnist-*.tmp" > /dev/null; then writing=$((writing + 1)); fi
  done
  result=$(digests "$run")
  verdict=equal
  if [ "$result" != "$expected" ]; then verdict=DIFFERENT; failed=1; fi
  printf '%3d kills (%d while writing)  %s  %s\n' "$kills_here" "$writing" "$result" "$verdict"
  rm -rf "$run"
done
echo "$killed kills, $attempt runs"
exit "$failed"
