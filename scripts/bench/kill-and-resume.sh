#!/usr/bin/env bash
# Kills a training run at random instants, resumes it each time, and compares the SHA-256 of the
# weights with that of an uninterrupted run.
#   scripts/bench/kill-and-resume.sh [--ranks N] [KILLS] [CONFIG] [KEY=VALUE…]
# Default: 20 kills of a small network on 2000 generated digits, with a checkpoint every 5 steps.
# Runs are short: 1000 kills take a quarter of an hour. With a CONFIG, e.g. configs/fast.json,
# mnist-train finds the data as usual ($MNIST_DATA_DIR, data/mnist).
# --ranks N: N processes train together over the loopback interface; one of them, or all at once, is
# killed. Survivors must exit by themselves, with code 2.
# Exits with 1 if a digest or an exit code is wrong.
set -euo pipefail
cd "$(dirname "$0")/../.."

ranks=1
if [ "${1-}" = --ranks ]; then
  ranks=$2
  shift 2
fi
kills=${1:-20}
config=${2-}
shift $(($# < 2 ? $# : 2))
programs=build/release/bin
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

if [ -n "$config" ]; then
  arguments=(--config "$config" --set training.epochs=4 --set training.checkpoint_steps=10)
else
  "$programs/mnist-generate" --out "$folder/data" --train 2000 --test 500 --seed 7 > /dev/null
  cat > "$folder/config.json" << 'END'
{
  "model": {"channels": [8, 16], "hidden": 32},
  "data": {"validation": 200},
  "training": {"epochs": 4, "batch_size": 64, "checkpoint_steps": 5, "ema_decay": 0.9},
  "augmentation": {"shift": 1.5, "rotation": 10},
  "optimizer": {"name": "adamw", "learning_rate": 0.01},
  "threads": 1
}
END
  arguments=(--config "$folder/config.json" --data "$folder/data")
fi
for setting in "$@"; do arguments+=(--set "$setting"); done

# Only the weights: the headers contain times.
digest() {
  local header
  header=$(od -A n -t u8 -N 8 "$1" | tr -d ' ')
  tail -c +$((header + 9)) "$1" | sha256sum | cut -c 1-16
}
digests() {
  for file in checkpoint last.safetensors best.safetensors; do digest "$1/$file"; done | xargs
}

free_port() {
  local port
  while port=$((20000 + RANDOM % 10000)) && (exec 3<> "/dev/tcp/127.0.0.1/$port") 2> /dev/null; do
    true
  done
  echo "$port"
}

# Starts mnist-train with these arguments, one process per rank, and sets `processes`.
start() {
  processes=()
  if [ "$ranks" = 1 ]; then
    "$programs/mnist-train" "$@" --quiet > "$folder/result" 2> "$folder/errors.0" &
    processes=($!)
    return
  fi
  local port rank
  port=$(free_port)
  for ((rank = 0; rank < ranks; rank++)); do
    WORLD_SIZE=$ranks RANK=$rank MASTER_ADDR=127.0.0.1 MASTER_PORT=$port \
      "$programs/mnist-train" "$@" --quiet > "$folder/result.$rank" 2> "$folder/errors.$rank" &
    processes+=($!)
  done
}

# Waits for `processes` and sets `codes` to their exit codes.
await() {
  codes=()
  local process code
  for process in "${processes[@]}"; do
    code=0
    wait "$process" || code=$?
    codes+=("$code")
  done 2> /dev/null  # hides the shell's messages about killed processes
}

complain() {
  echo "$1"
  cat "$folder"/errors.*
  failed=1
}

# Starts or resumes a run and lets it finish.
finish() {
  start "$@"
  await
  for code in "${codes[@]}"; do
    if [ "$code" != 0 ]; then complain "exit codes ${codes[*]} of a run without kills"; fi
  done
}

failed=0
finish "${arguments[@]}" --out "$folder/whole"
expected=$(digests "$folder/whole")
echo "undisturbed       $expected"
begin=$(date +%s%N)
finish "${arguments[@]}" --out "$folder/timed"
whole=$((($(date +%s%N) - begin) / 1000000))

# After a random delay, kills one of the processes or all; `was_killed` is 1 if any died of it.
kill_some() {
  local milliseconds=$(((RANDOM * 32768 + RANDOM) % whole))
  sleep "$(printf '%d.%03d' $((milliseconds / 1000)) $((milliseconds % 1000)))"
  local victims=("${processes[@]}") victim
  if [ "$ranks" -gt 1 ] && [ $((RANDOM % 3)) -gt 0 ]; then
    victims=("${processes[RANDOM % ranks]}")
  fi
  for victim in "${victims[@]}"; do kill -KILL "$victim" 2> /dev/null || true; done
  await
  was_killed=0
  for code in "${codes[@]}"; do
    case $code in
      137) was_killed=1 ;;
      0 | 2) ;;
      *) complain "exit codes ${codes[*]} after a kill" ;;
    esac
  done
}

killed=0
attempt=0
while [ "$killed" -lt "$kills" ]; do
  attempt=$((attempt + 1))
  run=$folder/$attempt
  kills_here=0
  writing=0
  for (( ; ; )); do
    command=("${arguments[@]}" --out "$run")
    if [ -e "$run/config.json" ]; then command=(--resume "$run"); fi
    if [ "$killed" -ge "$kills" ]; then
      finish "${command[@]}"
      break
    fi
    start "${command[@]}"
    kill_some
    if [ "$was_killed" = 0 ]; then break; fi
    killed=$((killed + 1))
    kills_here=$((kills_here + 1))
    if compgen -G "$run/.mnist-*.tmp" > /dev/null; then writing=$((writing + 1)); fi
  done
  result=$(digests "$run")
  verdict=equal
  if [ "$result" != "$expected" ]; then
    verdict=DIFFERENT
    failed=1
  fi
  printf '%3d kills (%d while writing)  %s  %s\n' "$kills_here" "$writing" "$result" "$verdict"
  rm -rf "$run"
done
echo "$killed kills, $attempt runs"
exit "$failed"
