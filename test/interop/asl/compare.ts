/** Each definition through moto's interpreter and ours: same status, output, error and cause. Ends 1 on a difference. */
import { isDeepStrictEqual } from 'node:util';
import { DEFINITIONS, type Definition, type Result } from './definitions.ts';
import { KNOWN, withoutField } from './known.ts';
import { MACHINES, SCRIPTS } from './machines.ts';
import { runOurs } from './ours.ts';
import { runTheirs } from './theirs.ts';

const [python = 'python3', only = ''] = process.argv.slice(2);
const judged = [...MACHINES, ...DEFINITIONS].filter(({ name, run }) => run !== false && name.includes(only));
const helpers = [...MACHINES, ...DEFINITIONS].filter(({ run }) => run === false);
const deviations = new Set<string>();

const first = await differencesOf(judged);
// moto lives in real time: on a busy machine a second may come late. What differs once is asked again, alone.
const again = judged.filter(({ name }) => first.has(name));
const differences = again.length > 0 ? await differencesOf(again) : first;

for (const [name, lines] of differences) console.error(`DIFFERENT ${name}\n${lines.join('\n')}`);
for (const what of deviations) console.log(`known deviation of moto: ${what}`);
const machines = judged.filter((one) => MACHINES.includes(one)).length;
const asked = again.length > 0 ? ` (${again.length} asked twice)` : '';
console.log(
  `moto: ${judged.length} definitions${asked}, ${machines} of them runs of our own machines; ${differences.size} differences`,
);
process.exitCode = differences.size === 0 ? 0 : 1;

async function differencesOf(definitions: Definition[]): Promise<Map<string, string[]>> {
  const all = [...helpers, ...definitions];
  const [ours, theirs] = await Promise.all([runOurs(all, SCRIPTS), runTheirs(python, all, SCRIPTS)]);
  const found = new Map<string, string[]>();
  for (const [at, { name }] of definitions.entries()) {
    const lines = differing(name, ours[at], theirs[at]);
    if (lines.length > 0) found.set(name, lines);
  }
  return found;
}

function differing(name: string, mine: Result | undefined, other: Result | undefined): string[] {
  return (['status', 'output', 'error', 'cause'] as const).flatMap((field) => {
    const pair = [read(withoutField(mine?.[field])), read(other?.[field])];
    const known = KNOWN[name]?.fields[field];
    if (known) deviations.add(KNOWN[name]?.what ?? '');
    // A deviation that is known must also be there: a change on either side is told.
    if (known ? isDeepStrictEqual(known, pair) : isDeepStrictEqual(pair[0], pair[1])) return [];
    return [`  ${field}: ours ${JSON.stringify(pair[0])}, theirs ${JSON.stringify(pair[1])}`];
  });
}

/** A cause that is JSON is compared as JSON; what is absent or empty is null. */
function read(value: unknown): unknown {
  if (value === undefined || value === '') return null;
  if (typeof value !== 'string' || !/^[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
