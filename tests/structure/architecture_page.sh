#!/bin/sh
# Checks that docs/architecture.md lists the folders of lib/mnist in the order of lib/CMakeLists.txt
# and names every header in each folder.
set -eu
cd "$(dirname "$0")/../.."
find lib/mnist -name '*.h' -o -name '*.h.in' | LC_ALL=C sort |
awk '
  BEGIN {
    while ((getline line < "lib/CMakeLists.txt") > 0) {
      if (line !~ /^ *add_subdirectory\(mnist\//) continue
      gsub(/^ *add_subdirectory\(mnist\/|\).*/, "", line)
      folders[++count] = line
    }
    if (count < 5) { print "lib/CMakeLists.txt lists no folders"; failed = 1 }
    while ((getline line < "docs/architecture.md") > 0) {
      if (line ~ /^##/) section = ""
      if (line ~ /^### `lib\/mnist\//) {
        section = line
        gsub(/^### `lib\/mnist\/|`.*/, "", section)
        listed[++listings] = section
      }
      if (section != "") text[section] = text[section] line
    }
    for (i = 1; i <= count || i <= listings; i++) {
      if (folders[i] == listed[i]) continue
      print "docs/architecture.md: folder " i " is \"" listed[i] "\"; in lib/CMakeLists.txt it is \"" \
            folders[i] "\""
      failed = 1
      break
    }
  }
  {
    parts = split($0, path, "/")
    name = path[parts]
    # Either `name.h` or, with a folder, `html/name.h`.
    if (index(text[path[3]], "`" name "`") || index(text[path[3]], "/" name "`")) next
    print "docs/architecture.md: " path[3] " does not name " name
    failed = 1
  }
  END { exit failed }'
