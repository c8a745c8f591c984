/** Our matcher against event-ruler, pair by pair: the Java program judges all pairs from one standard input. Ends 1 on a difference. */
import { spawnSync } from 'node:child_process';
import { compilePattern } from '#rehearsal/services/events/patterns.ts';
import { generated, type Pair, shipped, written } from './pairs.ts';

const [classpath = '', count = '1000', seed = '20260101'] = process.argv.slice(2);
const sets = { shipped: shipped(), written: written(), generated: generated(Number(count), Number(seed)) };
const pairs = Object.values(sets).flat();
const judge = spawnSync('java', ['-cp', classpath, 'Judge'], {
  input: pairs.map(({ pattern, event }) => JSON.stringify({ pattern, event })).join('\n'),
  encoding: 'utf8',
  maxBuffer: 2 ** 28,
});
if (judge.status !== 0) throw new Error(`the judge ended ${judge.status}: ${judge.stderr}`);
const verdicts = judge.stdout.trim().split('\n');

const counts = { matched: 0, unmatched: 0, refused: 0, crashed: 0 };
let differences = 0;
for (const [at, pair] of pairs.entries()) {
  const theirs = verdicts[at] ?? 'no verdict';
  const mine = ours(pair);
  const kind = kindOf(theirs);
  counts[kind] += 1;
  // Where event-ruler itself fails on a pattern that it took, there is nothing to compare.
  if (kind === 'crashed' || kind === kindOf(mine)) continue;
  differences += 1;
  console.error(
    `DIFFERENT ${pair.name}\n  pattern ${pair.pattern}\n  event   ${pair.event}\n  theirs  ${theirs}\n  ours    ${mine}`,
  );
}
const sizes = Object.entries(sets).map(([name, { length }]) => `${length} ${name}`);
const kinds = Object.entries(counts).map(([name, many]) => `${many} ${name}`);
console.log(
  `event-ruler: ${pairs.length} pairs (${sizes.join(', ')}): ${kinds.join(', ')}; ${differences} differences`,
);
process.exitCode = differences === 0 ? 0 : 1;

function ours({ pattern, event }: Pair): string {
  let matches: ReturnType<typeof compilePattern>;
  try {
    matches = compilePattern(JSON.parse(pattern));
  } catch (error) {
    return `refused: ${(error as Error).message}`;
  }
  return String(matches(JSON.parse(event)));
}

function kindOf(verdict: string): keyof typeof counts {
  if (verdict.startsWith('refused')) return 'refused';
  if (verdict.startsWith('crashed')) return 'crashed';
  if (verdict === 'true') return 'matched';
  if (verdict === 'false') return 'unmatched';
  throw new Error(`unknown verdict: ${verdict}`);
}
