#!/usr/bin/env bash
# The commands of docs/first-day.md against the served rehearsal, their answers against those printed there. Needs Python 3.9 and PyPI.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH="$PWD/node_modules/.bin:$PATH"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check awscli==1.45.11
PATH="$work/venv/bin:$PATH" node test/interop/first-day/run.ts "$work"
