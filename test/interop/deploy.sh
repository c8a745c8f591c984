#!/usr/bin/env bash
# The packaged template under the linters that professionals use, and the service in an emulator that is not ours.
# Needs Python 3.10 or later with venv, and pip's index; a second run uses the virtual environments of the first.
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
venv="${INTEROP_VENV:-${TMPDIR:-/tmp}/patchwright-interop}"
package="$venv/package"
template="$package/cloudformation-template-update-stack.json"
region=eu-central-1

step() { printf '\n── %s (%ss)\n' "$1" "$SECONDS"; }
installed() { # ministack and the linters each want other versions of the same things
  [ -x "$venv/$1/bin/pip" ] || python3 -m venv "$venv/$1"
  "$venv/$1/bin/pip" --quiet --disable-pip-version-check install -r "test/interop/$2"
}

step 'linters and ministack'
installed linters requirements.txt
installed ministack requirements-ministack.txt

step 'package'
osls package --package "$package"

step 'cfn-lint: no error, no warning'
"$venv/linters/bin/cfn-lint" --regions "$region" --template "$template"
echo 'cfn-lint: 0 errors, 0 warnings'

step 'checkov'
node -e '
  for (const { check, why } of require("./test/interop/suppressions.json").checkov) console.log(`  ${check}: ${why}`)'
skip=$(node -p 'require("./test/interop/suppressions.json").checkov.map(({ check }) => check).join(",")')
"$venv/linters/bin/checkov" --framework cloudformation --skip-download --compact --quiet --skip-check "$skip" -f "$template"
echo 'checkov: no finding beside these'

step 'parliament'
"$venv/linters/bin/python" test/interop/lint_policies.py "$template"

step 'ministack: deploy, a finding event, the lease, remove'
node test/interop/deploy.ts "$venv/ministack/bin/ministack" "$package"
step 'done'
