#!/usr/bin/env bash
# boto3 drives the served rehearsal, and botocore's Stubber judges an answer of every operation. Needs Python 3.9 or later and PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="$PWD/node_modules/.bin:$PATH"
work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap stop EXIT

export PYTHONDONTWRITEBYTECODE=1 # what the clients share stays a file of the tree alone
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check boto3==1.44.8

# Serves a scenario and lets a client at it, with the address of its site, if it has one: serve SCENARIO CLOCK CLIENT
serve() {
  node cli/main.ts serve --port 0 --region eu-central-1 --scenario "$1" --clock "$2" >"$work/log" 2>&1 &
  server=$!
  endpoint=
  for _ in $(seq 100); do
    if grep -q '^  try ' "$work/log"; then endpoint=$(sed -n 's/^patchwright serves //p' "$work/log"); fi
    if [ -n "$endpoint" ]; then break; fi
    sleep 0.2
  done
  if [ -z "$endpoint" ]; then cat "$work/log"; exit 1; fi
  site=$(grep -oE 'CONNECT_TO=[^ ]+' "$work/log" | grep -oE '[0-9.]+:[0-9]+$' || true)
  "$work/venv/bin/python" "test/interop/$3" "$endpoint" "$work/answers" "$site" || { tail -n 40 "$work/log"; exit 1; }
  kill "$server"
  wait "$server" || true
  server=
}
serve default virtual boto3_operator.py
serve edge-site x120 boto3_site.py
node test/interop/played.ts >"$work/played"
"$work/venv/bin/python" test/interop/stubber.py "$work/answers" "$work/played"
