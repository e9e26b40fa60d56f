#!/usr/bin/env bash
# Gets the four MNIST files into DIR (default: data/mnist) and verifies them.
#   scripts/fetch-mnist.sh [DIR]
# The first source whose files verify is taken: DIR itself, $MNIST_DATA_DIR, ../shared/data/mnist
# (an offline copy beside the checkout), then the public mirrors over HTTPS, with resume. The
# SHA-256 of the uncompressed content decides. Existing files are never replaced.
# Exit code 2 if no source has them, 1 if something else is in DIR under one of their names.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

# Names given by the caller are relative to the caller's folder.
absolute() { case $1 in "" | /*) echo "$1" ;; *) echo "$here/$1" ;; esac; }
dir=$(absolute "${1:-}")
dir=${dir:-data/mnist}
given=$(absolute "${MNIST_DATA_DIR:-}")
mirrors=(
  https://ossci-datasets.s3.amazonaws.com/mnist
  https://storage.googleapis.com/cvdf-datasets/mnist
)
declare -A digests=(
  [train-images-idx3-ubyte]=ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db
  [train-labels-idx1-ubyte]=65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5
  [t10k-images-idx3-ubyte]=0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7
  [t10k-labels-idx1-ubyte]=ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2
)

say() { echo "fetch-mnist.sh: $*" >&2; }

# verified FILE STEM: is the content of FILE, plain or gzip, that of STEM?
verified() {
  local digest
  [ -f "$1" ] || return 1
  case $1 in
    *.gz) digest=$(gzip -dc "$1" 2>/dev/null | sha256sum) || return 1 ;;
    *) digest=$(sha256sum <"$1") ;;
  esac
  [ "${digest%% *}" = "${digests[$2]}" ]
}

# have FOLDER STEM: prints FOLDER's file for STEM if it verifies.
have() {
  local file
  for file in "$1/$2" "$1/$2.gz"; do
    if verified "$file" "$2"; then echo "$file"; return 0; fi
  done
  return 1
}

# place FILE STEM: FILE, verified, becomes DIR's file, in one step.
place() {
  local target=$dir/$2
  case $1 in *.gz) target+=.gz ;; esac
  cp -- "$1" "$target.partial.$$"
  mv -- "$target.partial.$$" "$target"
}

download() {
  local stem=$1 mirror part=$dir/$1.part.gz
  for mirror in "${mirrors[@]}"; do
    say "downloading $stem.gz from ${mirror#https://}"
    # The partial file may be complete, except for its name.
    if verified "$part" "$stem" || curl --fail --silent --show-error --location --proto '=https' --connect-timeout 10 \
      --retry 3 --retry-delay 1 --continue-at - --output "$part" "$mirror/$stem.gz" >&2; then
      if verified "$part" "$stem"; then
        mv -- "$part" "$dir/$stem.gz"
        return 0
      fi
      say "$stem.gz from ${mirror#https://} has the wrong content; it is thrown away"
      rm -f -- "$part"
    fi
  done
  return 1  # what has arrived stays for the next time
}

mkdir -p -- "$dir"
for stem in "${!digests[@]}"; do
  there=
  # Both: the programs read a plain file before a .gz beside it.
  for file in "$dir/$stem" "$dir/$stem.gz"; do
    [ -e "$file" ] || continue
    verified "$file" "$stem" || {
      say "$file is not a file of MNIST, or it is damaged: move it away, or use another folder"
      exit 1
    }
    there=yes
  done
  [ -z "$there" ] || continue
  found=
  for source in "$given" ../shared/data/mnist; do
    if [ -n "$source" ] && found=$(have "$source" "$stem"); then break; fi
  done
  if [ -n "$found" ]; then
    place "$found" "$stem"
  elif ! command -v curl >/dev/null || ! download "$stem"; then
    say "cannot get $stem: no copy verifies and no mirror can be reached"
    exit 2
  fi
done
say "the four MNIST files are in $dir, verified"
