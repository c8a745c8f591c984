#!/usr/bin/env bash
# Judges our interpreter of state machines by moto's: our own two machines on nine paths, and small definitions. Makes its Python
# environment where it is missing. [PART OF A NAME]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
home=${INTEROP_HOME:-out/interop}/asl
if ! "$home/bin/python" -c 'import moto.stepfunctions, jsonata' 2>/dev/null; then
  python3 -m venv "$home" || { apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null && python3 -m venv "$home"; }
  "$home/bin/pip" install -q --disable-pip-version-check 'moto[server]==5.2.5' antlr4-python3-runtime==4.13.2 jsonpath-ng==1.16.0 jsonata-python==0.7.1
fi
node test/interop/asl/compare.ts "$home/bin/python" "$@"
