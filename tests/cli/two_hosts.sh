#!/usr/bin/env bash
# Trains with two ranks in two network namespaces joined only by a pair of virtual interfaces, like
# two machines, and compares the losses with one process; then cuts the cable.
#   tests/cli/two_hosts.sh PROGRAM_FOLDER
# Needs root, iproute2 and network namespaces; exits with 77 (skipped) without them.
set -euo pipefail
bin=$1
leader=mnist-leader-$$
follower=mnist-follower-$$
work=

skip() { echo "SKIPPED: $*"; exit 77; }
fail() { echo "FAILED: $*"; exit 1; }
clean_up() {
  ip netns del "$leader" 2>/dev/null || true
  ip netns del "$follower" 2>/dev/null || true
  [ -z "$work" ] || rm -rf "$work"
}

[ "$(id -u)" -eq 0 ] || skip "network namespaces need root"
command -v ip >/dev/null || skip "no iproute2"
if "$bin"/mnist-train --help | grep -q 'trains in one process only'; then
  skip "this build's LibTorch lacks Gloo"
fi
trap clean_up EXIT
ip netns add "$leader" 2>/dev/null || skip "this machine allows no network namespaces"
ip netns add "$follower"
ip -n "$leader" link add eth0 type veth peer name eth0 netns "$follower" 2>/dev/null ||
  skip "this machine allows no virtual interfaces"
ip -n "$leader" addr add 10.77.0.1/24 dev eth0
ip -n "$follower" addr add 10.77.0.2/24 dev eth0
for namespace in "$leader" "$follower"; do
  ip -n "$namespace" link set lo up
  ip -n "$namespace" link set eth0 up
done

work=$(mktemp -d)
"$bin"/mnist-generate --out "$work/data" --train 2000 --test 500 --seed 7 >/dev/null
cat >"$work/config.json" <<END
{"model": {"channels": [8, 16], "hidden": 32, "dropout": 0.2}, "data": {"validation": 200},
 "training": {"epochs": 2, "batch_size": 128}, "augmentation": {"shift": 1.5},
 "optimizer": {"name": "adamw", "learning_rate": 0.001}, "threads": 1}
END

# train RANK OUT ARGUMENT…: one rank of two, in its own namespace.
train() {
  local rank=$1 out=$2 namespace=$leader
  shift 2
  [ "$rank" -eq 0 ] || namespace=$follower
  exec ip netns exec "$namespace" env RANK="$rank" WORLD_SIZE=2 MASTER_ADDR=10.77.0.1 \
    "$bin"/mnist-train --config "$work/config.json" --data "$work/data" --out "$out" "$@"
}
losses() { sed -E 's/.*"train_loss":([0-9.e-]+).*/\1/' "$1/metrics.jsonl"; }

"$bin"/mnist-train --config "$work/config.json" --data "$work/data" --out "$work/one" -q >/dev/null
(train 1 "$work/two") &
second=$!
(train 0 "$work/two" -q)
wait "$second" || fail "the second rank exited with $?"
paste <(losses "$work/one") <(losses "$work/two") | awk '
  { difference = $1 - $2; if (difference < 0) difference = -difference
    print "epoch " NR ": one process " $1 ", two machines " $2
    if (difference > 1e-4) wrong = 1 }
  END { exit wrong || NR != 2 }' || fail "the losses differ"

# A machine that drops off the network sends nothing, not even that it closed the connection.
(train 1 "$work/cut" --peer-timeout 3 --set training.epochs=1000) 2>"$work/second.err" &
second=$!
(train 0 "$work/cut" -q --peer-timeout 3 --set training.epochs=1000) 2>"$work/first.err" &
first=$!
until [ -f "$work/cut/checkpoint" ]; do
  kill -0 "$first" 2>/dev/null || fail "rank 0 ended before its first epoch: $(cat "$work/first.err")"
  sleep 0.1
done
ip -n "$follower" link set eth0 down
begin=$SECONDS
for process in "$first" "$second"; do
  code=0
  wait "$process" || code=$?
  [ "$code" -eq 2 ] || fail "a rank exited with $code, not 2"
done
[ $((SECONDS - begin)) -le 30 ] || fail "the ranks took $((SECONDS - begin)) s to notice"
cat "$work/first.err" "$work/second.err"
for log in first second; do
  grep -q 'lost contact with the other processes' "$work/$log.err" || fail "no message"
  [ "$(wc -l <"$work/$log.err")" -eq 1 ] || fail "more than one line"
done
echo "both noticed the cut within $((SECONDS - begin)) s"
