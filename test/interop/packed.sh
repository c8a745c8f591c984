#!/usr/bin/env bash
# The package as people get it: packed, installed into an empty folder, run there by Node 22 and by Node 24, without a clone.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
place=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$place"
}
trap stop EXIT

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
  # Judged by AWS's models, which are in the bundle: a member that AWS does not know is no matter of taste.
  node node_modules/patchwright/dist/cli/main.mjs serve --port 0 --region eu-central-1 >log 2>&1 &
  server=$!
  for _ in $(seq 100); do
    endpoint=$(sed -n 's/^patchwright serves //p' log)
    if [ -n "$endpoint" ]; then break; fi
    sleep 0.2
  done
  [ -n "$endpoint" ] || { cat log >&2; exit 1; }
  node -e '
    const ask = async (input) => {
      const signed = "AWS4-HMAC-SHA256 Credential=any/20260101/eu-central-1/ssm/aws4_request, SignedHeaders=host, Signature=0";
      const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": "AmazonSSM.ListCommands", authorization: signed };
      const answer = await fetch(process.argv[1], { method: "POST", headers, body: JSON.stringify(input) });
      return `${answer.status} ${await answer.text()}`;
    };
    const main = async () => {
      const [known, unknown] = [await ask({ MaxResults: 1 }), await ask({ Nope: 1 })];
      if (!known.startsWith("200 ") || !/^400 .*no such member/.test(unknown)) throw new Error(`not judged: ${known}, ${unknown}`);
      console.log(`Nope is refused: ${unknown}`);
    };
    main();
  ' "$endpoint"
  kill "$server"; wait "$server" 2>/dev/null || true; server=
  npx --no-install patchwright rehearse --json >run.json
  node -e '
    const run = JSON.parse(require("node:fs").readFileSync("run.json", "utf8"));
    const { before, fixed, after } = run.delta;
    if (run.campaign.outcome !== "Completed" || fixed.total === 0) throw new Error(run.campaign.outcome);
    console.log(`Node ${process.version}: ${run.campaign.outcome}, ${before.total} before, ${fixed.total} fixed, ${after.total} after, ${run.realSeconds} s`);
  '
done
