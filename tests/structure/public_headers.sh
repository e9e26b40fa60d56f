#!/bin/sh
# Checks that every header of lib/mnist is either in cmake/PublicHeaders.cmake, and so installed, or
# says in its first comment that it is internal.
set -eu
cd "$(dirname "$0")/../.."
failed=0
complain() {
  echo "$*"
  failed=1
}
listed=$(grep -oE '[a-z0-9_/]+\.h' cmake/PublicHeaders.cmake)
for header in $listed; do
  [ -f "lib/mnist/$header" ] || complain "cmake/PublicHeaders.cmake: there is no lib/mnist/$header"
done
for path in $(find lib/mnist -name '*.h' | LC_ALL=C sort); do
  header=${path#lib/mnist/}
  is_internal=no
  if sed '/^#pragma once/q' "$path" | grep -qE 'Internal( to|:|\.|$)'; then
    is_internal=yes
  fi
  if echo "$listed" | grep -qxF "$header"; then
    [ $is_internal = no ] || complain "$path says that it is internal, but is installed"
  else
    [ $is_internal = yes ] || complain "$path is neither installed nor says that it is internal"
  fi
done
exit $failed
