#!/usr/bin/env bash
# Makes the Debian packages, unpacks them into a folder and checks what a user would see:
# dependencies, a program that finds its model from anywhere, completion and manual pages that match
# --help. Exits with 77 (skipped) if dpkg-dev is missing.
#   package.sh BUILD
set -euo pipefail
build=$1
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
fail() { echo "package.sh: $*" >&2; exit 1; }
if ! command -v dpkg-shlibdeps >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "SKIPPED: no dpkg-shlibdeps here (dpkg-dev)"
  exit 77
fi

cd "$folder"
cpack --config "$build/CPackConfig.cmake" -G DEB -B "$folder/made" >log 2>&1 || { cat log; fail "cpack"; }
programs=$(echo made/mnist-toolkit_*.deb)
development=$(echo made/libmnist-toolkit-dev_*.deb)

depends=$(dpkg-deb -f "$programs" Depends)
for library in libtorch libpng libjpeg libopencv-imgproc libonnx libc6; do
  [[ $depends == *$library* ]] || fail "the package does not depend on $library: $depends"
done
dpkg-deb -f "$development" Depends | grep -q libtorch-dev ||
  fail "libmnist-toolkit-dev does not depend on libtorch-dev"

dpkg-deb -x "$programs" tree
dpkg-deb -x "$development" tree
[ -e tree/usr/include/mnist/read/predictor.h ] || fail "no headers"
[ -e tree/usr/lib/cmake/mnist-toolkit/mnist-toolkit-config.cmake ] || fail "no CMake package"

# From an unrelated folder, and with the packaged model.
bin=$folder/tree/usr/bin
cd /
"$bin/mnist-generate" --pictures --count 3 --out "$folder/pictures" >/dev/null
[ "$("$bin/mnist-predict" --format %d "$folder/pictures/0002_label2.png")" = 2 ] ||
  fail "a 2 was not read as one"
"$bin/mnist-export" --to onnx -o "$folder/digits.onnx" 2>&1 >/dev/null |
  grep -qF "$folder/tree/usr/share/mnist-toolkit/models/digits.safetensors" ||
  fail "the model does not come from the package"

for program in "$bin"/*; do
  name=${program##*/}
  "$program" --help >"$folder/help"
  mapfile -t options < <(grep -oE '^ +-[-a-zA-Z0-9,]+' "$folder/help" | tr -d ' ' | tr , '\n' | sort -u)
  [ "${#options[@]}" -gt 5 ] || fail "$name --help shows only ${options[*]}"

  # shellcheck disable=SC1090
  source "$folder/tree/usr/share/bash-completion/completions/$name"
  function="_${name//-/_}"
  COMP_WORDS=("$name" -)
  COMP_CWORD=1
  "$function"
  offered=$(printf '%s\n' "${COMPREPLY[@]}" | sort -u)
  [ "$offered" = "$(printf '%s\n' "${options[@]}")" ] ||
    fail "$name: completion offers $offered, --help shows ${options[*]}"
  COMP_WORDS=("$name" --color "=" a)
  COMP_CWORD=3
  "$function"
  [ "${COMPREPLY[*]}" = "auto always" ] || fail "$name: --color=a is completed to ${COMPREPLY[*]}"

  if command -v help2man >/dev/null; then
    page=$(gzip -dc "$folder/tree/usr/share/man/man1/$name.1.gz" | sed 's/\\//g')
    for option in "${options[@]}"; do
      grep -qF -- "$option" <<<"$page" || fail "$name: the manual page lacks $option"
    done
  fi
done
