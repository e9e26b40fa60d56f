#!/usr/bin/env bash
# Installs what the tests of the page and of exported files need: Debian's chromium, Node.js, npm,
# and the packages pinned in tests/web/package.json and tests/npm/package-lock.json. Does nothing if
# all are installed. Reports what it cannot get; the tests that need it are skipped under their own
# name.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 2

say() { echo "install-web-tests.sh: $*" >&2; }

missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
command -v node >/dev/null || missing+=(nodejs)
command -v npm >/dev/null || missing+=(npm)
if [ ${#missing[@]} -gt 0 ]; then
  ./scripts/install-packages.sh --only "${missing[@]}" || say "could not install: ${missing[*]}"
fi
if [ ! -d tests/web/node_modules/playwright-core ] || [ ! -d tests/web/node_modules/axe-core ]; then
  (cd tests/web && timeout 300 npm install --no-package-lock --no-audit --no-fund --loglevel=error >&2) ||
    say "npm could not install the packages of tests/web/package.json"
fi
if [ ! -d tests/npm/node_modules/onnxruntime-web ]; then
  (cd tests/npm && timeout 300 npm ci --ignore-scripts --no-audit --no-fund --loglevel=error >&2) ||
    say "npm could not install the packages of tests/npm/package-lock.json"
fi
exit 0
