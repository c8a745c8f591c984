#!/usr/bin/env bash
# Judges our matcher of event patterns by AWS's own, event-ruler: the patterns that ship, traps written out, and 1,000 pairs from a seed.
# Fetches what it needs: a JDK and Maven by apt-get where they are missing, the jar by Maven. [COUNT [SEED]]
set -euo pipefail
cd "$(dirname "$0")/../.."
export PATH="$PWD/node_modules/.bin:$PATH"
if ! command -v javac >/dev/null || ! command -v mvn >/dev/null; then
  apt-get update -qq && apt-get install -y -qq --no-install-recommends default-jdk-headless maven >/dev/null
fi
home=${INTEROP_HOME:-out/interop}/ruler
mkdir -p "$home"
home=$(cd "$home" && pwd)
if ! ls "$home"/lib/event-ruler-2.1.0.jar >/dev/null 2>&1; then
  mvn -q -B -f test/interop/ruler/pom.xml dependency:copy-dependencies -DoutputDirectory="$home/lib"
fi
javac -nowarn -Xlint:-deprecation -cp "$home/lib/*" -d "$home/classes" test/interop/ruler/Judge.java 2>/dev/null
node test/interop/ruler/compare.ts "$home/lib/*:$home/classes" "$@"
