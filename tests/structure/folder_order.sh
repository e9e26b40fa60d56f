#!/bin/sh
# Checks that each folder of lib/mnist uses only itself and folders above it in lib/CMakeLists.txt:
# there are no cycles, and the folders can be read in that order without forward references.
set -eu
cd "$(dirname "$0")/../../lib"
grep -rnoE '#include "mnist/[a-z]+/' mnist --include='*.h' --include='*.cpp' --include='*.inc' |
awk -F: '
  BEGIN {
    while ((getline line < "CMakeLists.txt") > 0) {
      if (line !~ /^ *add_subdirectory\(mnist\//) continue
      gsub(/^ *add_subdirectory\(mnist\/|\).*/, "", line)
      rank[line] = ++count
    }
    if (count < 5) { print "lib/CMakeLists.txt lists no folders"; failed = 1 }
  }
  {
    split($1, path, "/"); user = path[2]
    used = $3; sub(/.*mnist\//, "", used); sub(/\//, "", used)
    if (!(user in rank) || !(used in rank)) { print $1 ":" $2 ": unknown folder"; failed = 1 }
    else if (rank[used] > rank[user]) {
      print "lib/" $1 ":" $2 ": " user "/ uses " used "/, which is listed below it"; failed = 1
    }
  }
  END { exit failed }'
