#!/usr/bin/env bash
# Runs a command (default: every test) on this checkout's HEAD commit in another Debian release:
#   scripts/in-debian.sh SUITE [COMMAND [ARGUMENT…]]          scripts/in-debian.sh trixie
# The first run makes a tree of SUITE (bookworm, trixie, …) in build/debian-SUITE with debootstrap;
# later runs reuse its packages and builds. COMMAND runs as root, without a terminal, in the tree's
# copy of the checkout, /srv/mnist-toolkit. Test data are beside it, in ../shared/data as here.
#   DEBIAN_TREE    another folder for the tree
#   DEBIAN_MIRROR  the package mirror; default: debootstrap's
#   DEBIAN_SHARE   a folder on this machine to mount read-only at /srv/share
# Needs root, debootstrap and the network. Exit code: the command's; 2 if the tree cannot be made.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { echo "in-debian.sh: $*" >&2; }
[ $# -gt 0 ] || { say "which suite? e.g. scripts/in-debian.sh trixie"; exit 2; }
suite=$1
shift
[ $# -gt 0 ] || set -- ./scripts/test.sh
[ "$(id -u)" -eq 0 ] || { say "needs root (chroot)"; exit 2; }
command -v debootstrap >/dev/null || { say "please install debootstrap"; exit 2; }
tree=$(realpath -m -- "${DEBIAN_TREE:-build/debian-$suite}")

if [ ! -e "$tree/srv/.complete" ]; then
  if [ -n "$(ls -A -- "$tree" 2>/dev/null)" ] && [ ! -e "$tree/.made-by-in-debian" ]; then
    say "$tree exists and was not made by this script: choose another folder"
    exit 2
  fi
  say "making $tree"
  rm -rf -- "$tree"
  mkdir -p -- "$tree"
  touch "$tree/.made-by-in-debian"
  debootstrap --variant=minbase --include=ca-certificates,git "$suite" "$tree" \
    ${DEBIAN_MIRROR:+"$DEBIAN_MIRROR"} >&2 || { say "debootstrap failed"; exit 2; }
  touch "$tree/srv/.complete"
fi

# Mounts live in their own namespace and vanish with it, however this script ends.
# shellcheck disable=SC2016  # the quoted text is run by the other shell
inside() {
  unshare --mount --pid --fork --kill-child sh -eu -c '
    tree=$1
    shift
    mount --bind "$tree" "$tree"
    mount -t proc proc "$tree/proc"
    mount --rbind /dev "$tree/dev"
    show() {
      [ -d "$1" ] || return 0
      mkdir -p "$tree/srv/$2"
      mount --bind -o ro "$1" "$tree/srv/$2"
    }
    show ../shared/data shared/data
    show "${DEBIAN_SHARE:-}" share
    show "$(git rev-parse --path-format=absolute --git-common-dir)" source.git
    # Not chroot: some tests need user namespaces, which the kernel refuses inside a chroot.
    cd "$tree"
    pivot_root . .
    umount -l .
    exec /usr/bin/env -i HOME=/root LANG=C.UTF-8 TERM=dumb \
      PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin "$@"' sh "$tree" "$@"
}

# Uses git, so only changed files get a new timestamp and are rebuilt.
commit=$(git rev-parse HEAD)
# shellcheck disable=SC2016
inside sh -eu -c '
  git config --global --replace-all safe.directory "*"
  cd /srv
  [ -d mnist-toolkit/.git ] || git init -q mnist-toolkit
  cd mnist-toolkit
  git fetch -q /srv/source.git "$1"
  git checkout -q --detach --force FETCH_HEAD' sh "$commit" >&2

say "$suite, ${commit:0:9}: $*"
inside sh -c 'cd /srv/mnist-toolkit && exec "$@"' sh "$@"
