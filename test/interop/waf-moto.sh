#!/usr/bin/env bash
# Our adapter of AWS WAF against moto's server, an AWS WAF that we did not write: the five components of a web ACL of the policy are made, read back
# equal, updated, and a stale lock token is refused. Makes its Python environment where it is missing. moto judges no rules and counts no capacity.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
home=${INTEROP_HOME:-out/interop}/waf
if ! "$home/bin/python" -c 'import moto.wafv2, flask' 2>/dev/null; then
  python3 -m venv "$home" || { apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && python3 -m venv "$home"; }
  "$home/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5'
fi
node test/interop/waf-moto.ts "$home/bin/moto_server"
