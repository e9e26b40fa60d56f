#!/bin/sh
# Checks that source files have at most 400 lines, or say why in a comment in their first 20:
#   // Longer than 400 lines: REASON
set -eu
cd "$(dirname "$0")/../.."
sources=$(find apps cmake lib scripts tests -name node_modules -prune -o -type f \
  \( -name '*.h' -o -name '*.cpp' -o -name '*.inc' -o -name '*.cmake' -o -name '*.py' \
     -o -name '*.sh' -o -name '*.js' -o -name '*.mjs' -o -name '*.css' -o -name '*.html' \) -print)
[ -n "$sources" ] || { echo "no sources found"; exit 1; }
# The project's file names contain no spaces.
# shellcheck disable=SC2086
awk '
  FNR <= 20 && /Longer than 400 lines: [^ ]/ { excused[FILENAME] = 1 }
  { lines[FILENAME] = FNR }
  END {
    for (file in lines) {
      if (lines[file] > 400 && !(file in excused)) {
        print file ": " lines[file] " lines, and no \"Longer than 400 lines: REASON\" at its top"
        failed = 1
      }
    }
    exit failed
  }' $sources
