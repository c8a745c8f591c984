#!/usr/bin/env bash
# The browser suite: pages in real Chromium. Not part of `npm test`, since it needs a browser; screenshots go to out/screenshots.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
if [ -z "${CHROMIUM:-}" ] && ! command -v chromium >/dev/null; then
  if [ "$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq chromium >/dev/null
  else echo 'Chromium is needed: apt-get install chromium, or name one in $CHROMIUM' >&2; exit 2; fi
fi
node cli/node-guard.mjs
node --test --test-concurrency=1 "test/browser/*.browser.ts"
