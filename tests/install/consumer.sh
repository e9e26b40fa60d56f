#!/usr/bin/env bash
# Installs the build, then builds and runs two programs against the installation, as another project
# would: README.md's example with mnist::core, and one with only mnist::io. A third program includes
# every header.
#   consumer.sh BUILD SOURCE
set -euo pipefail
build=$1
source=$2
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
fail() { echo "consumer.sh: $*" >&2; exit 1; }

cmake --install "$build" --prefix "$folder/installed" >/dev/null
if grep -rlF -e "$source" -e "$build" "$folder/installed/lib/cmake" "$folder/installed/include"; then
  fail "the installed package names the folder it was built in"
fi
export CMAKE_PREFIX_PATH=$folder/installed

build_consumer() {  # NAME [OPTION…]: builds tests/install/NAME in $folder/NAME
  cmake -S "$source/tests/install/$1" -B "$folder/$1" "${@:2}" \
    >"$folder/log" 2>&1 || { cat "$folder/log"; fail "$1 cannot be configured"; }
  cmake --build "$folder/$1" >"$folder/log" 2>&1 || { cat "$folder/log"; fail "$1 does not build"; }
}

"$folder/installed/bin/mnist-generate" --pictures --count 8 --out "$folder/pictures" >/dev/null
picture=$folder/pictures/0007_label7.png
cd /

build_consumer io_consumer -DCMAKE_BUILD_TYPE=Release
read -r version ink < <("$folder/io_consumer/ink" "$picture")
grep -q "VERSION $version\$" "$source/CMakeLists.txt" || fail "the version is $version"
[ "${ink%%.*}" -gt 20 ] || fail "there is only $ink of ink on a 7"

build_consumer consumer -DCMAKE_BUILD_TYPE=Release
answer=$("$folder/consumer/reader" "$picture")
[ "${answer%% *}" = 7 ] || fail "a 7 was read as: $answer"

headers=$(cd "$folder/installed/include" && find mnist -name '*.h' | sort | paste -sd ';')
build_consumer every_header "-DHEADERS=$headers"

# README.md shows these files, so its example is built and run.
python3 - "$source" <<'PYTHON'
import pathlib, sys
source = pathlib.Path(sys.argv[1])
readme = (source / "README.md").read_text()
for name in ("main.cpp", "CMakeLists.txt"):
    text = (source / "tests/install/consumer" / name).read_text()
    if text.strip() not in readme:
        sys.exit(f"README.md does not show tests/install/consumer/{name} as it is")
PYTHON
