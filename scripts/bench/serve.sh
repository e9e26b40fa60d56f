#!/usr/bin/env bash
# Measures requests per second and latency of mnist-serve under 8 clients, and its memory. Needs a
# release build and the package wrk.
#   scripts/bench/serve.sh [SECONDS] [REQUESTS]     default: 10 s
# With REQUESTS > 0, also reports memory until that many have been sent.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-10}
requests=${2:-0}
bin=build/release/bin
command -v wrk >/dev/null || { echo "serve.sh: needs wrk (apt-get install wrk)" >&2; exit 2; }

work=$(mktemp -d)
"$bin"/mnist-serve --port 0 -q >"$work/url" &
server=$!
trap 'kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
until [ -s "$work/url" ]; do
  kill -0 "$server" 2>/dev/null || { echo "serve.sh: mnist-serve did not start" >&2; exit 2; }
  sleep 0.1
done
url=$(cat "$work/url")
memory() { awk '/VmRSS/ { printf "%.1f MiB", $2 / 1024 }' "/proc/$server/status"; }

"$bin"/mnist-generate --pictures --count 20 --out "$work/pictures" >/dev/null
cat >"$work/post.lua" <<'LUA'
local files = {}
init = function()
  for name in io.popen('ls ' .. os.getenv('PICTURES') .. '/*.png'):lines() do
    local file = io.open(name, 'rb')
    wrk.headers['Content-Type'] = 'image/png'
    files[#files + 1] = wrk.format('POST', '/api/predict', nil, file:read('*a'))
    file:close()
  end
end
local next = 0
request = function()
  next = next % #files + 1
  return files[next]
end
done = function(summary, latency)
  print(string.format('%.0f predictions/s; p50 %.1f ms, p99 %.1f ms; %d requests, %d failed',
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.requests,
    summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout))
end
LUA
load_for() { PICTURES=$work/pictures wrk -t 2 -c 8 -d "$1s" -s "$work/post.lua" "$url" | tail -1; }

load_for 2 >/dev/null # warm-up
load_for "$seconds"
if [ "$requests" -gt 0 ]; then
  echo "memory after warming: $(memory)"
  sent=0
  while [ "$sent" -lt "$requests" ]; do
    line=$(load_for "$seconds")
    count=${line##*; }
    sent=$((sent + ${count%% *}))
    echo "after $sent requests: $(memory)"
  done
fi
