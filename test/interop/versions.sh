#!/usr/bin/env bash
# Judges the orders of versions, the product's and the rehearsed world's, by dpkg and by librpm: pairs from a seed, differences printed.
# Needs Debian or Ubuntu: dpkg, and python3-rpm, which it installs by apt-get where it is missing. [COUNT [SEED]]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
if ! /usr/bin/python3 -c 'import rpm' 2>/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends python3-rpm >/dev/null
fi
node test/interop/versions.ts "$@" | /usr/bin/python3 test/interop/versions.py
