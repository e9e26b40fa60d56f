#!/usr/bin/env bash
# Prints which folders of lib/mnist include which, as a graph in the DOT language:
#   scripts/include-graph.sh [TREE] | dot -Tsvg > folders.svg      (Graphviz)
# TREE: a checkout (default: this one). Each folder shows its line count and is drawn above the
# folders it uses; tred drops arrows that others imply.
set -euo pipefail
cd "${1:-$(dirname "$0")/..}/lib/mnist"

lines_of() { find "$1" \( -name '*.h' -o -name '*.cpp' -o -name '*.inc' \) -exec cat {} + | wc -l; }

{
  echo 'digraph folders {'
  echo '  rankdir=TB; nodesep=0.25; ranksep=0.35;'
  echo '  node [shape=box, style="rounded,filled", fillcolor="#eef3fb", color="#5b7db1",'
  echo '        fontname="Helvetica", fontsize=12]; edge [color="#7a8699", arrowsize=0.6];'
  for folder in */; do
    folder=${folder%/}
    printf '  %s [label="%s\\n%s lines"];\n' "$folder" "$folder" "$(lines_of "$folder")"
  done
  grep -rnoE '#include "mnist/[a-z]+/' --include='*.h' --include='*.cpp' --include='*.inc' . |
    sed -E 's|^\./([a-z]+)/.*"mnist/([a-z]+)/$|\1 \2|' | sort | uniq -c |
    while read -r _ user used; do
      if [ "$user" != "$used" ]; then echo "  $user -> $used;"; fi
    done
  echo '}'
} | tred
