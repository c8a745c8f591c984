#!/usr/bin/env bash
# The package as people get it: packed, installed into an empty folder, run there by Node 22 and by Node 24, without a clone.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT

npm --prefix "$root" pack "$root" --pack-destination "$place" --silent >/dev/null
tarball=$(ls "$place"/patchwright-*.tgz)
printf 'packed: %s bytes, %s files\n' "$(stat -c %s "$tarball")" "$(tar tzf "$tarball" | wc -l)"

for version in 22 24; do
  folder="$place/node-$version"
  mkdir -p "$folder/runtime" "$folder/empty"
  (cd "$folder/runtime" && npm init -y >/dev/null && npm install --silent --no-audit --no-fund "node@$version")
  export PATH="$folder/runtime/node_modules/.bin:$PATH"
  cd "$folder/empty"
  npm install --silent --no-audit --no-fund "$tarball"
  installed=$(find node_modules -mindepth 1 -maxdepth 1 -type d -not -name '.*' | wc -l)
  [ "$installed" = 1 ] || { echo "the package brings $((installed - 1)) others along" >&2; exit 1; }
  npx --no-install patchwright rehearse --json >run.json
  node -e '
    const run = JSON.parse(require("node:fs").readFileSync("run.json", "utf8"));
    const { before, fixed, after } = run.delta;
    if (run.campaign.outcome !== "Completed" || fixed.total === 0) throw new Error(run.campaign.outcome);
    console.log(`Node ${process.version}: ${run.campaign.outcome}, ${before.total} before, ${fixed.total} fixed, ${after.total} after, ${run.realSeconds} s`);
  '
done
