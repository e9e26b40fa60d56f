#!/usr/bin/env bash
# From a fresh Debian machine to digits read from pictures: installs packages, builds, gets MNIST,
# trains, evaluates, predicts. Safe to run again: packages, build and data are kept; the network is
# retrained, which takes seconds.
set -euo pipefail
cd "$(dirname "$0")/.."

step() { printf '\n== %s\n' "$*"; }
begin=$SECONDS

step "Packages"
./scripts/install-packages.sh
echo "all there"

step "Build (release; the first time takes some minutes)"
cmake --preset release -DMNIST_BUILD_TESTS=OFF >/dev/null
cmake --build --preset release
bin=build/release/bin

step "Data"
data=data/mnist
fetched=0
./scripts/fetch-mnist.sh "$data" || fetched=$?
[ "$fetched" -eq 0 ] || [ "$fetched" -eq 2 ] || exit "$fetched"
if [ "$fetched" -eq 2 ]; then
  data=data/generated
  echo "No network and no offline copy of MNIST: using digits drawn by mnist-generate instead."
  echo "The figures below are for those digits, not for MNIST."
  if [ ! -d $data ]; then
    rm -rf $data.unfinished
    "$bin"/mnist-generate --out $data.unfinished >/dev/null
    mv $data.unfinished $data
  fi
fi

step "Training: mnist-train --config configs/fast.json --data $data --out runs/quickstart"
rm -rf runs/quickstart
"$bin"/mnist-train --config configs/fast.json --data $data --out runs/quickstart

step "Evaluation: mnist-eval --model runs/quickstart --data $data"
"$bin"/mnist-eval --model runs/quickstart --data $data

step "Prediction: mnist-predict --model runs/quickstart build/samples/*.png"
"$bin"/mnist-generate --pictures --count 10 --out build/samples >/dev/null
"$bin"/mnist-predict --model runs/quickstart build/samples/*.png

cat <<END

Done in $((SECONDS - begin)) s. To try next:
  $bin/mnist-predict your-picture.png             # the shipped model; --help shows the formats
  $bin/mnist-train --config configs/default.json --data $data
  $bin/mnist-eval --model runs/quickstart --data $data --format json
  ./scripts/test.sh                                # every test
END
