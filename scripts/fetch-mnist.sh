#!/usr/bin/env bash
# Gets the four MNIST files into DIR (default: data/mnist) and verifies them.
#   scripts/fetch-mnist.sh [DIR]
# Each file comes from the first source that has a valid copy: DIR itself, $MNIST_DATA_DIR,
# ../shared/data/mnist (an offline copy beside the checkout), then the public mirrors over HTTPS,
# with resume. A copy is valid if the SHA-256 of its uncompressed content matches. Existing files
# are never replaced.
# Exit code 2 if a file cannot be obtained, 1 if DIR has a different file under one of the names.
set -euo pipefail
here=$PWD
cd "$(dirname "$0")/.."

# Paths from the caller are relative to the caller's folder.
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

# verified FILE STEM: succeeds if FILE, plain or gzip, has the content of STEM.
verified() {
  local digest
  [ -f "$1" ] || return 1
  case $1 in
    *.gz) digest=$(gzip -dc "$1" 2>/dev/null | sha256sum) || return 1 ;;
    *) digest=$(sha256sum <"$1") ;;
  esac
  [ "${digest%% *}" = "${digests[$2]}" ]
}

# have FOLDER STEM: prints the path of FOLDER's file for STEM if it is valid.
have() {
  local file
  for file in "$1/$2" "$1/$2.gz"; do
    if verified "$file" "$2"; then echo "$file"; return 0; fi
  done
  return 1
}

# place FILE STEM: copies the verified FILE into DIR, atomically.
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
    # The partial file may already be complete.
    if verified "$part" "$stem" || curl --fail --silent --show-error --location --proto '=https' --connect-timeout 10 \
      --retry 3 --retry-delay 1 --continue-at - --output "$part" "$mirror/$stem.gz" >&2; then
      if verified "$part" "$stem"; then
        mv -- "$part" "$dir/$stem.gz"
        return 0
      fi
      say "$stem.gz from ${mirror#https://} has the wrong content; deleting it"
      rm -f -- "$part"
    fi
  done
  return 1  # the partial file stays for the next run
}

mkdir -p -- "$dir"
for stem in "${!digests[@]}"; do
  there=
  # Check both: the programs prefer a plain file to a .gz beside it.
  for file in "$dir/$stem" "$dir/$stem.gz"; do
    [ -e "$file" ] || continue
    verified "$file" "$stem" || {
      say "$file is damaged or not an MNIST file: move it away, or use another folder"
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
    say "cannot get $stem: found no valid copy, and no mirror provided one"
    exit 2
  fi
done
say "the four MNIST files are in $dir, verified"
