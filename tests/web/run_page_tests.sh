#!/bin/sh
# Runs the page's tests in Chromium: run_page_tests.sh PROGRAM [FOLDER for screenshots]
# Exits with 77, ctest's code for a skip, if Node.js, Chromium or the packages of package.json are
# missing (scripts/install-web-tests.sh gets them).
skip() { echo "SKIPPED: $1 (scripts/install-web-tests.sh gets it)"; exit 77; }
program=$(readlink -f "$1")
shots=${2:+$(readlink -f "$2")}
cd "$(dirname "$0")" || exit 2
node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null ||
  skip "no Node.js 18 or newer here"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "no Chromium here"
for package in playwright-core axe-core; do
  [ -d node_modules/$package ] || skip "no $package in tests/web/node_modules"
done
for pages in page_test.mjs labelling_test.mjs; do
  node "$pages" "$program" "$browser" ${shots:+"$shots"} || exit
done
