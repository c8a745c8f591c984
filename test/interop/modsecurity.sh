#!/usr/bin/env bash
# The scanner against a WAF that we did not write: nginx with ModSecurity and the OWASP core rule set, on loopback. Its results must be those of
# the WAF's own audit log, probe by probe, and nothing may reach the application. Then our text transformations beside ModSecurity's of the same
# names. What this does not show: AWS WAF, its rules and its log. Installs what it needs by apt-get. [SEED]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
if ! [ -e /usr/lib/nginx/modules/ngx_http_modsecurity_module.so ] || ! [ -d /usr/share/modsecurity-crs/rules ]; then
  apt-get -o DPkg::Lock::Timeout=120 update -qq
  apt-get -o DPkg::Lock::Timeout=120 install -y -qq --no-install-recommends nginx libnginx-mod-http-modsecurity modsecurity-crs >/dev/null
fi
node test/interop/modsecurity/scan.ts
node test/interop/modsecurity/transformations.ts "$@"
